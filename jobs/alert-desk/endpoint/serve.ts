import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { codeOf, messageOf, OperatorError } from '../../../settings/index.ts';
import { type EndpointOptions, endpoint } from './app.ts';

export interface ServeOptions extends EndpointOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface RunningEndpoint {
  /** `http://host:port` */
  readonly url: string;
  /** Finishes the requests in hand, for some seconds at most. */
  close(): Promise<void>;
}

/** Nobody needs long to send two lines. */
const TIME_LIMITS = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 };
const CLOSE_LIMIT_MS = 3_000;
const CONNECTIONS_AT_ONCE = 500;

/** @throws OperatorError `PORT_UNAVAILABLE` when nobody can listen there */
export async function serveEndpoint(options: ServeOptions): Promise<RunningEndpoint> {
  const { host, port } = options;
  const app = endpoint(options);
  const server = await new Promise<ServerType>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: host, port, serverOptions: TIME_LIMITS }, () => {
      listening.off('error', reject);
      resolve(listening);
    });
    listening.on('error', reject);
  }).catch((error: unknown) => {
    const why = codeOf(error) === 'EADDRINUSE' ? 'something else listens there' : messageOf(error);
    throw new OperatorError('PORT_UNAVAILABLE', `--port ${port} on ${host} cannot be listened on: ${why}`, {
      cause: error,
      next: 'Choose another with --port.',
    });
  });
  const http = server as Server;
  http.maxConnections = CONNECTIONS_AT_ONCE;
  const { port: bound } = http.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, close: () => closeServer(http) };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}
