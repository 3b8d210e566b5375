import { setTimeout as after } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { InterceptingCall, type Interceptor, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { CallHeaders } from '../../../src/client/call-headers.ts';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { PlanSchema } from '../../../src/gen/spark/connect/base_pb.js';
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

  it('are not blamed where there are none', async () => {
    server.analyzeFailure = serviceError(
      status.INTERNAL,
      'Received RST_STREAM with code 0 (Call ended without gRPC status)',
    );
    const connecting = SessionClient.connect({ remote: server.address, connectTimeoutMs: 300 });
    const error = await connecting.catch((failure: unknown) => failure);
    expect(error).to.include({ code: 'unavailable' });
    expect(String(error))
      .to.match(/cut off without a word/)
      .and.not.match(/token/);
  });

  describe('that do not come', () => {
    /** Comes at once until it is `held`. */
    let held: Promise<unknown> | undefined;
    const heldHeaders: CallHeaders = {
      get: () => (held === undefined ? {} : held.then(() => ({ 'x-token': 'late' }))),
    };
    const heldInterceptor: Interceptor = (options, nextCall) =>
      new InterceptingCall(nextCall(options), {
        start(metadata, listener, next) {
          if (held === undefined) next(metadata, listener);
          else void held.then(() => next(metadata, listener));
        },
      });

    beforeEach(() => {
      held = undefined;
    });

    const failure = (work: Promise<unknown>) =>
      work.then(
        () => expect.fail('expected a failure'),
        (error: unknown) => error,
      );
    async function executed(signal?: AbortSignal): Promise<void> {
      for await (const _ of client?.execute(create(PlanSchema), { signal }) ?? []);
    }

    for (const [what, options] of [
      ['headers', { callHeaders: heldHeaders }],
      ["a program's own interceptor", { interceptors: [heldInterceptor] }],
    ] as const) {
      it(`let a call end by its signal, and not begin afterwards: ${what}`, async () => {
        client = await SessionClient.connect({ remote: server.address, ...options });
        let come = (_: unknown) => {};
        held = new Promise((resolve) => {
          come = resolve;
        });
        server.turn({ ending: 'complete' });
        const signal = AbortSignal.timeout(50);
        const option = client.conf.withOptions({ signal }).getOption('any');
        expect(await Promise.all([failure(option), failure(executed(signal))])).to.deep.equal([
          signal.reason,
          signal.reason,
        ]);
        const before = server.calls.length;
        held = undefined;
        come(undefined);
        await client.conf.getOption('any');
        await after(20);
        expect(server.calls.slice(before)).to.include('config').and.not.include('execute');
        expect(server.calls.filter((call) => call === 'config')).to.have.length(1);
      });

      it(`let a session end, and with it what waits: ${what}`, async () => {
        // Connecting has this time, too.
        client = await SessionClient.connect({ remote: server.address, ...options, callTimeoutMs: 1_000 });
        held = new Promise(() => {});
        expect(await failure(client.conf.getOption('any'))).to.include({ code: 'timeout' });
        const waiting = failure(executed());
        await after(20);
        client.disconnect();
        expect(await waiting).to.include({ code: 'session-closed' });
      });

      it(`let connecting end in time: ${what}`, async () => {
        held = new Promise(() => {});
        const connecting = SessionClient.connect({ remote: server.address, connectTimeoutMs: 80, ...options });
        expect(await failure(connecting)).to.include({ code: 'unavailable' });
      });
    }
  });
});
