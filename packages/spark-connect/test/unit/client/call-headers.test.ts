import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { CallHeaders } from '../../../src/client/call-headers.ts';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { FakeServer } from './fake-server.ts';
import { serviceError } from './service-error.ts';

describe('headers of each call', () => {
  let server: FakeServer;
  let client: SessionClient | undefined;

  const connect = async (callHeaders: CallHeaders, connectTimeoutMs = 2_000) => {
    client = await SessionClient.connect({ remote: server.address, callHeaders, connectTimeoutMs });
    return client;
  };

  beforeEach(async () => {
    server = await FakeServer.start();
  });

  afterEach(() => {
    client?.disconnect();
    client = undefined;
    server.stop();
  });

  it('are asked for before every call, at once or after a while', async () => {
    let count = 0;
    const { conf } = await connect({
      get: () => {
        const headers = { 'x-token': `t${++count}` };
        return count % 2 === 0 ? headers : Promise.resolve(headers);
      },
    });
    for (let call = 0; call < 3; call++) await conf.getOption('any');
    expect(server.tokens).to.deep.equal(['t2', 't3', 't4']);
  });

  it('are asked for anew when a proxy has cut a call off, which is tried again', async () => {
    let token = 'old';
    let refused = 0;
    const { conf } = await connect({
      get: () => ({ 'x-token': token }),
      refused: () => {
        refused++;
        token = 'new';
      },
    });
    server.configFailures.push(
      serviceError(status.UNKNOWN, 'Stream removed'),
      serviceError(status.INTERNAL, 'Received RST_STREAM with code 0 (Call ended without gRPC status)'),
    );
    await conf.getOption('any');
    expect(server.tokens).to.deep.equal(['old', 'new', 'new']);
    expect(refused).to.equal(2);
  });

  it('fail the call with their own words where there are none to be had', async () => {
    const failing = (get: CallHeaders['get']) => connect({ get }).catch((error: unknown) => error);
    const thrown = await failing(() => {
      throw new Error('no token today');
    });
    const rejected = await failing(() => Promise.reject(new Error('no token today')));
    for (const error of [thrown, rejected]) {
      if (!(error instanceof SparkConnectError)) expect.fail(String(error));
      expect(error.code).to.equal('unauthenticated');
      expect(error.message).to.equal('no token today');
    }
  });

  it('tells a server that cuts off every call from one that does not answer', async () => {
    server.analyzeFailure = serviceError(status.UNKNOWN, 'Stream removed');
    const error = await connect({ get: () => ({ 'x-token': 'wrong' }) }, 5_000).catch((failure: unknown) => failure);
    if (!(error instanceof SparkConnectError)) expect.fail(String(error));
    expect(error.code).to.equal('unauthenticated');
    expect(error.message).to.include('does not accept the token').and.not.include('wrong');
  });
});
