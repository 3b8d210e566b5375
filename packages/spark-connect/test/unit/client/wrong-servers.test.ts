// What people see who connect to something that is no Spark Connect server, or to one in the wrong way: never a hang, never
// gRPC's own error, always a word on what to do.
import { createServer as createWebServer } from 'node:http';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { createServer as createSecureWebServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { ConnectOptions } from '../../../src/client/connect-options.ts';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { PlanSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { type Certificate, selfSigned } from '../../helpers/certificates.ts';
import { FakeServer } from './fake-server.ts';
import { errorInfo, serviceError } from './service-error.ts';

const quick = {
  maxRetries: 1_000,
  initialBackoffMs: 10,
  maxBackoffMs: 50,
  backoffMultiplier: 2,
  jitterMs: 0,
  minJitterThresholdMs: 1_000,
};
const once = { ...quick, maxRetries: 0 };
// Longer than it takes to say no, also on a machine that has much to do.
const LONG_MS = 30_000;

describe('a server that is no Spark Connect server', () => {
  const opened: { close(): void }[] = [];
  const sockets = new Set<Socket>();

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of opened.splice(0)) server.close();
  });

  function listen(server: Server | Http2Server): Promise<number> {
    opened.push(server);
    // gRPC may leave a connection that never spoke to the other side, and such a one keeps this process alive.
    server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  it('is nobody: the last failure is told when the time is over', async () => {
    const error = await refusal({ remote: 'sc://127.0.0.1:1', connectTimeoutMs: 1_500 });
    expect(error.code).to.equal('unavailable');
    expect(error.message).to.match(/within 1500 ms: nobody listens at 127\.0\.0\.1:1: is the server running/);
    expect(error.cause).to.be.instanceOf(SparkConnectError);
  });

  it('has a name without an address', async () => {
    const error = await refusal({ remote: 'sc://spark.invalid', retryPolicy: once });
    expect(error.code).to.equal('unavailable');
    expect(error.message).to.match(/the host of spark\.invalid:15002 has no address: is its name right/);
  });

  it('says nothing', async () => {
    const port = await listen(createServer());
    const error = await refusal({ remote: `sc://127.0.0.1:${port}`, connectTimeoutMs: 300 });
    expect(error.code).to.equal('unavailable');
    expect(error.message).to.match(/within 300 ms: is it Spark Connect, and with TLS or without/);
  });

  it('is a web server of HTTP/1.1', async () => {
    const port = await listen(createWebServer((_request, response) => response.end('<html>Welcome</html>')));
    const error = await refusal({ remote: `sc://127.0.0.1:${port}` });
    expect(error.code).to.equal('unavailable');
    expect(error.message).to.match(/does not speak gRPC/);
  });

  for (const [page, what] of [
    ['<html><body>Please sign in</body></html>', 'a page'],
    ['{"error":"not found"}', 'JSON'],
  ] as const) {
    it(`is a web server of HTTP/2 that sends ${what}`, async () => {
      const port = await listen(
        createHttp2Server().on('stream', (stream: ServerHttp2Stream) => {
          stream.respond({ ':status': 200, 'content-type': 'text/html' });
          stream.end(page);
        }),
      );
      const error = await refusal({ remote: `sc://127.0.0.1:${port}` });
      expect(error.code).to.equal('unavailable');
      expect(error.message).to.match(/sent text, not gRPC: a web page/);
    });
  }

  for (const [httpStatus, code, message] of [
    [302, 'unavailable', /answered as a web server does \(HTTP 302\)/],
    [401, 'unauthenticated', /refused the call \(HTTP 401\): renew the token/],
    [404, 'unavailable', /answered as a web server does \(HTTP 404\)/],
    [502, 'unavailable', /answered as a web server does \(HTTP 502\)/],
  ] as const) {
    it(`is a proxy that answers HTTP ${httpStatus}`, async () => {
      const port = await listen(
        createHttp2Server().on('stream', (stream: ServerHttp2Stream) => {
          stream.respond({ ':status': httpStatus, 'content-type': 'text/html' }, { endStream: true });
        }),
      );
      const error = await refusal({ remote: `sc://127.0.0.1:${port}`, retryPolicy: once });
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
    });
  }

  it('is a gRPC server of another kind', async () => {
    const server = await FakeServer.start();
    opened.push({ close: () => server.stop() });
    server.analyzeFailure = serviceError(status.UNIMPLEMENTED, 'unknown service');
    const error = await refusal({ remote: server.address });
    expect(error.code).to.equal('unsupported');
    expect(error.message).to.match(/does not know the call: is it Spark Connect/);
  });

  describe('with TLS', () => {
    let certificate: Certificate;
    let stranger: Certificate;
    before(async () => {
      [certificate, stranger] = await Promise.all([selfSigned('DNS:localhost'), selfSigned('DNS:elsewhere')]);
    });
    after(() => Promise.all([certificate.remove(), stranger.remove()]));

    async function secureServer(of = certificate): Promise<{ server: FakeServer; port: string }> {
      const server = await FakeServer.startSecure(of);
      opened.push({ close: () => server.stop() });
      return { server, port: new URL(server.address.replace('sc:', 'http:')).port };
    }

    it('is trusted by its own authority, and gets the token', async () => {
      const { server, port } = await secureServer();
      const client = await SessionClient.connect({
        remote: `sc://localhost:${port}/;token=t0`,
        caFile: certificate.file,
      });
      expect(client.serverVersion).to.equal('4.1.1');
      expect(server.authorization).to.equal('Bearer t0');
      client.disconnect();
    });

    for (const [what, options, message] of [
      ['not trusted', {}, /no authority known here has signed .* caFile/],
      ['called without TLS', { query: 'use_ssl=false' }, /closed the connection at once: it may want TLS/],
    ] as const) {
      it(`is ${what}`, async () => {
        const { port } = await secureServer();
        const query = 'query' in options ? options.query : 'use_ssl=true';
        const error = await refusal({ remote: `sc://localhost:${port}/;${query}`, retryPolicy: once });
        expect(error.code).to.equal('unavailable');
        expect(error.message).to.match(message);
      });
    }

    it('is asked for by its IP address, which its certificate names or does not', async () => {
      const named = await selfSigned('DNS:localhost,IP:127.0.0.1');
      try {
        const { port } = await secureServer(named);
        const remote = `sc://127.0.0.1:${port}/;use_ssl=true`;
        const client = await SessionClient.connect({ remote, caFile: named.file });
        expect(client.serverVersion).to.equal('4.1.1');
        client.disconnect();
        const other = await secureServer();
        const error = await refusal({ remote: remote.replace(port, other.port), caFile: certificate.file });
        expect(error.code).to.equal('unavailable');
        expect(error.message).to.match(/is for another name/);
      } finally {
        await named.remove();
      }
    });

    it('has a certificate for another name', async () => {
      const { port } = await secureServer(stranger);
      const error = await refusal({ remote: `sc://localhost:${port}/;use_ssl=true`, caFile: stranger.file });
      expect(error.code).to.equal('unavailable');
      expect(error.message).to.match(/is for another name/);
    });

    it('is a web server', async () => {
      const port = await listen(createSecureWebServer({ key: certificate.key, cert: certificate.certificate }));
      const error = await refusal({ remote: `sc://localhost:${port}/;use_ssl=true`, caFile: certificate.file });
      expect(error.code).to.equal('unavailable');
      expect(error.message).to.match(/speaks TLS but not gRPC/);
    });

    it('is called with TLS where there is none', async () => {
      const server = await FakeServer.start();
      opened.push({ close: () => server.stop() });
      const error = await refusal({ remote: `${server.address}/;use_ssl=true` });
      expect(error.code).to.equal('unavailable');
      expect(error.message).to.match(/does not speak TLS: add use_ssl=false/);
    });

    it("is not tried where the authority's file is none", async () => {
      for (const [caFile, message] of [
        ['/no/such/file.pem', /cannot be read/],
        [import.meta.filename.replace('wrong-servers.test', 'service-error'), /has no certificate/],
      ] as const) {
        const error = await refusal({ remote: 'sc://localhost/;use_ssl=true', caFile });
        expect(error.code).to.equal('invalid-argument');
        expect(error.message).to.match(message);
      }
    });
  });
});

describe('a Spark Connect server that refuses', () => {
  let server: FakeServer;
  let client: SessionClient | undefined;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(() => {
    client?.disconnect();
    client = undefined;
    server.stop();
  });

  const connect = async (options: Partial<ConnectOptions> & { query?: string } = {}) => {
    const { query = '', ...more } = options;
    client = await SessionClient.connect({ remote: `${server.address}/;${query}`, retryPolicy: quick, ...more });
    return client;
  };

  it('a token that has ended: from the first call, and later', async () => {
    const ended = () => serviceError(status.UNAUTHENTICATED, 'Invalid token');
    const { conf } = await connect({ query: 'token=s3cret;use_ssl=false' });
    server.configFailures.push(ended());
    server.analyzeFailure = ended();
    for (const error of [
      await failure(conf.get('any')),
      await refusal({ remote: `${server.address}/;token=s3cret;use_ssl=false` }),
    ]) {
      expect(error.code).to.equal('unauthenticated');
      expect(error.message).to.match(/does not accept the token: has it expired.*\(Invalid token\)/);
      expect(error.message).not.to.include('s3cret');
    }
  });

  it('to answer in time, where there is a time', async () => {
    server.analyzeFailure = 'silence';
    const error = await refusal({ remote: server.address, callTimeoutMs: 200 });
    expect(error.code).to.equal('timeout');
    expect(error.message).to.match(/did not answer in time: callTimeoutMs/);
  });

  it('a message over the limit, either way', async () => {
    await connect({ query: 'grpc_max_message_size=100000' });
    server.configPairs = [{ key: 'k', value: 'x'.repeat(100_001) }];
    const tooMuch = await failure(client?.conf.get('k'));
    expect(tooMuch.code).to.equal('protocol');
    expect(tooMuch.message).to.match(
      /a response has 1000\d\d bytes, and the limit is 100000: raise grpc_max_message_size/,
    );
    const sent = await failure(client?.conf.set('k', 'x'.repeat(100_001)));
    expect(sent.code).to.equal('protocol');
    expect(sent.message).to.match(/the request is larger than 100000 bytes: raise grpc_max_message_size/);
    server.configFailures.push(serviceError(status.RESOURCE_EXHAUSTED, 'gRPC message exceeds maximum size 1024: 2048'));
    const refused = await failure(client?.conf.set('k', 'v'));
    expect(refused.code).to.equal('protocol');
    expect(refused.message).to.match(/the server takes requests of 1024 bytes only/);
  });

  it('a session id that is none', async () => {
    const error = await refusal({ remote: server.address, sessionId: '7' });
    expect(error.code).to.equal('invalid-argument');
    expect(error.message).to.match(/'7' is no session's id: Spark wants a UUID/);
  });

  it('everything after the session has ended, and says so', async () => {
    const closed = '[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid. Session was closed.';
    await connect();
    server.configFailures.push(serviceError(status.INTERNAL, closed));
    expect(client?.isLost).to.equal(false);
    const error = await failure(client?.conf.get('any'));
    expect(error).to.include({ code: 'session-closed', errorClass: 'INVALID_HANDLE.SESSION_CLOSED' });
    expect(error.message).to.match(/open a new session/i);
    expect(client?.isLost).to.equal(true);
  });

  for (const exceptionClass of [
    'org.apache.spark.sql.connect.common.InvalidPlanInput',
    'java.lang.UnsupportedOperationException',
  ]) {
    it(`a plan that it does not know: ${exceptionClass}`, async () => {
      await connect();
      server.turn({ ending: { fail: serviceError(status.INTERNAL, 'X not supported.', errorInfo(exceptionClass)) } });
      const execution = client?.execute(create(PlanSchema));
      const error = await failure(execution?.next());
      expect(error).to.include({ code: 'unsupported', exceptionClass });
      expect(error.message).to.equal(
        'X not supported.\nThe server has Spark 4.1.1: a later one may know what this plan asks for.',
      );
    });
  }
});

/** Why a connection came to nothing. */
async function refusal(options: ConnectOptions): Promise<SparkConnectError> {
  return failure(
    SessionClient.connect({ retryPolicy: quick, connectTimeoutMs: LONG_MS, ...options }).then((client) => {
      client.disconnect();
    }),
  );
}

async function failure(promise: Promise<unknown> | undefined): Promise<SparkConnectError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SparkConnectError) return error;
    throw new Error('something else than a SparkConnectError was thrown', { cause: error });
  }
  throw new Error('expected a failure');
}
