import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf, messageOf, OperatorError } from '../../settings/index.ts';
import type { Health } from './health.ts';

/** Answers `GET /health` on this machine: 200 while the driver does its work, 503 with the reasons when it does not. */
export class HealthServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param port 0 for any that is free
   * @throws OperatorError `HEALTH_PORT_UNUSABLE`, exit code 2
   */
  static async open(port: number, health: Health): Promise<HealthServer> {
    const server = createServer((request, response) => {
      const known = request.url === '/health' && (request.method === 'GET' || request.method === 'HEAD');
      const report = known ? health.report() : { status: 'not found' };
      response.writeHead(known ? (report.status === 'failing' ? 503 : 200) : 404, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(report)}\n`);
    });
    // It must not keep a driver alive that has nothing else to do.
    server.unref();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      const why = codeOf(error) === 'EADDRINUSE' ? 'another process uses it' : messageOf(error);
      throw new OperatorError('HEALTH_PORT_UNUSABLE', `--health-port ${port} cannot be used: ${why}`, {
        cause: error,
        exitCode: 2,
        next: 'Choose another one.',
      });
    }
    return new HealthServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
