// A FAKE of the proxy before EMR's sessions: TLS, a check of each call's headers, and our real Spark Connect server behind.
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { FakeAccount } from './account.ts';

const NO_MORE = 0x1;

/** What the proxy has let through, and what it has not. */
export class SessionProxy {
  readonly #server: Http2SecureServer;
  readonly #upstream: string;
  readonly #account: FakeAccount;
  readonly #sessions = new Set<Http2Session>();
  #connection: ClientHttp2Session | undefined;
  /** How many calls came. */
  calls = 0;
  /** Tokens that calls came with. */
  readonly tokensSeen = new Set<string>();
  refused = 0;

  private constructor(server: Http2SecureServer, upstream: string, account: FakeAccount) {
    this.#server = server;
    this.#upstream = upstream;
    this.#account = account;
  }

  /** @param upstream `host:port` of the real server */
  static async start(
    upstream: string,
    account: FakeAccount,
    tls: { readonly cert: string; readonly key: string },
  ): Promise<SessionProxy> {
    const server = createSecureServer(tls);
    const proxy = new SessionProxy(server, upstream, account);
    server.on('session', (session) => {
      proxy.#sessions.add(session);
      session.on('close', () => proxy.#sessions.delete(session));
      session.on('error', () => {});
    });
    server.on('stream', (stream, headers) => proxy.#take(stream, headers));
    // The server behind ends with its session, and so do the calls that it was answering.
    account.events.on('ended', () => {
      for (const session of proxy.#sessions) session.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#connection?.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => {});
    const token = String(headers['x-aws-proxy-auth'] ?? '');
    this.calls++;
    this.tokensSeen.add(token);
    if (!this.#account.lets(token, String(headers.authorization ?? ''))) {
      this.refused++;
      // How the documentation says that a client sees it.
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '2', 'grpc-message': 'Stream removed' },
        { endStream: true },
      );
      return;
    }
    this.#forward(stream, headers);
  }

  #forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { 'x-aws-proxy-auth': _token, authorization: _session, ...forwarded } = headers;
    const request = this.#connected().request({ ...forwarded, ':scheme': 'http' });
    let trailers: IncomingHttpHeaders = {};
    request.on('error', () => stream.destroy());
    stream.on('close', () => request.close());
    request.on('trailers', (last) => {
      trailers = last;
    });
    request.on('response', (answer, flags) => {
      if (stream.destroyed) return;
      if (flags & NO_MORE) {
        stream.respond(answer, { endStream: true });
        return;
      }
      stream.respond(answer, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      request.pipe(stream);
    });
    stream.pipe(request);
  }

  #connected(): ClientHttp2Session {
    if (this.#connection === undefined || this.#connection.destroyed || this.#connection.closed) {
      this.#connection = connect(`http://${this.#upstream}`);
      this.#connection.on('error', () => {});
    }
    return this.#connection;
  }
}
