import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CloudAnswer {
  readonly code: number;
  readonly xml: string;
}

/** A stand-in for AWS where the emulator does not do what AWS does: answers requests of the query protocol, on loopback. */
export abstract class CloudStandIn {
  readonly #server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const action = new URLSearchParams(body).get('Action') ?? undefined;
    const { code, xml } = this.answer(action, request);
    response.writeHead(code, { 'content-type': 'text/xml' }).end(xml);
  });

  /** @param action undefined for what is not of the query protocol, as S3's requests are */
  protected abstract answer(action: string | undefined, request: IncomingMessage): CloudAnswer;

  /** What the query protocol answers to an action that succeeds. */
  protected ok(action: string, result: string): CloudAnswer {
    return {
      code: 200,
      xml: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
    };
  }

  /** Resolves to the environment of a command that shall use it. */
  async listen(): Promise<Record<string, string>> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'emulated',
      AWS_SECRET_ACCESS_KEY: 'emulated-secret-key',
    };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
