import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { PlanSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { FakeServer, type Turn } from './fake-server.ts';
import { retryInfo, serviceError } from './service-error.ts';

const quick = {
  maxRetries: 3,
  initialBackoffMs: 1,
  maxBackoffMs: 2,
  backoffMultiplier: 2,
  jitterMs: 0,
  minJitterThresholdMs: 1_000,
};
const lost = (what: string) => ({
  fail: serviceError(status.INTERNAL, `[INVALID_HANDLE.${what}] The handle is invalid.`),
});

describe('reattachable execution', () => {
  let server: FakeServer;
  let client: SessionClient;

  async function play(...turns: Turn[]): Promise<void> {
    server = await FakeServer.start(...turns);
    client = await SessionClient.connect({ remote: server.address, retryPolicy: quick });
  }

  afterEach(() => {
    client?.disconnect();
    server?.stop();
  });

  /** Reads everything; what came before an error is told with it. */
  async function read(
    signal?: AbortSignal,
    plan = create(PlanSchema),
  ): Promise<{ ids: string[]; error?: SparkConnectError }> {
    const ids: string[] = [];
    try {
      for await (const { responseId } of client.execute(plan, { signal })) ids.push(responseId);
      return { ids };
    } catch (error) {
      if (error instanceof SparkConnectError) return { ids, error };
      throw error;
    }
  }

  /** The release of the result is sent without being waited for. */
  async function callsAfter(count: number): Promise<string[]> {
    for (const deadline = Date.now() + 5_000; server.calls.length < count && Date.now() < deadline; ) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return server.calls;
  }

  it('yields what one whole stream brings and releases it', async () => {
    await play({ send: [1, 2, 3], ending: 'complete' });
    expect(await read()).to.deep.equal({ ids: ['r1', 'r2', 'r3'] });
    expect(await callsAfter(2)).to.deep.equal(['execute', 'release all']);
  });

  it('attaches again after the last response where the server ends the stream early', async () => {
    await play(
      { send: [1, 2], ending: 'end' },
      { send: [3], ending: 'end' },
      { ending: 'end' },
      { send: [4], ending: 'complete' },
    );
    expect((await read()).ids).to.deep.equal(['r1', 'r2', 'r3', 'r4']);
    expect((await callsAfter(5)).slice(0, 4)).to.deep.equal([
      'execute',
      'reattach after r2',
      'reattach after r3',
      'reattach after r3',
    ]);
    expect(server.operationIds.size).to.equal(1);
  });

  it('attaches again after a cut, within a stream and before its first response', async () => {
    await play(
      { send: [1, 2], ending: 'cut' },
      { ending: 'cut' },
      { send: [3], ending: 'cut' },
      { ending: 'complete' },
    );
    expect((await read()).ids).to.deep.equal(['r1', 'r2', 'r3']);
    expect(server.calls.slice(0, 4)).to.deep.equal([
      'execute',
      'reattach after r2',
      'reattach after r2',
      'reattach after r3',
    ]);
  });

  it('executes again where the request never arrived', async () => {
    await play({ ending: 'cut' }, { ending: lost('OPERATION_NOT_FOUND') }, { send: [1], ending: 'complete' });
    expect((await read()).ids).to.deep.equal(['r1']);
    expect(server.calls.slice(0, 3)).to.deep.equal(['execute', 'reattach', 'execute']);
    expect(server.operationIds.size).to.equal(1);
  });

  describe('where the server has dropped it before it was started', () => {
    const orphaned = { fail: serviceError(status.INTERNAL, 'Operation was orphaned because of an internal error.') };
    const query = create(PlanSchema, { opType: { case: 'root', value: {} } });
    const command = create(PlanSchema, { opType: { case: 'command', value: {} } });

    it('executes a query again, as another operation', async () => {
      await play({ ending: 'cut' }, { ending: orphaned }, { send: [1], ending: 'complete' });
      expect(await read(undefined, query)).to.deep.equal({ ids: ['r1'] });
      expect((await callsAfter(4)).slice(0, 4)).to.deep.equal(['execute', 'reattach', 'execute', 'release all']);
      expect(server.operationIds.size).to.equal(2);
    });

    it('does so as often as the retries say', async () => {
      await play(...Array.from({ length: 20 }, () => ({ ending: orphaned })));
      expect((await read(undefined, query)).error?.code).to.equal('internal');
      expect(server.calls.filter((call) => call === 'execute')).to.have.lengthOf(quick.maxRetries + 1);
    });

    it('executes no command again, which may have begun', async () => {
      await play({ ending: 'cut' }, { ending: orphaned });
      expect((await read(undefined, command)).error?.message).to.include('Operation was orphaned');
      expect(server.calls.slice(0, 2)).to.deep.equal(['execute', 'reattach']);
    });
  });

  for (const [handle, code, advice] of [
    ['OPERATION_NOT_FOUND', 'not-found', 'can be run again'],
    ['SESSION_NOT_FOUND', 'session-closed', 'Open a new session'],
  ] as const) {
    it(`never executes a second time what it has seen a response of: ${handle}`, async () => {
      await play({ send: [1], ending: 'cut' }, { ending: lost(handle) });
      const { ids, error } = await read();
      expect(ids).to.deep.equal(['r1']);
      expect(error).to.include({ code, errorClass: `INVALID_HANDLE.${handle}` });
      expect(error?.message).to.include('the result while it was being read').and.include(advice);
      expect(client.isLost).to.equal(code === 'session-closed');
      expect(server.calls).to.deep.equal(['execute', 'reattach after r1']);
    });
  }

  it('says that the server has restarted where it is another one than before', async () => {
    await play({ ending: 'cut' }, { ending: lost('SESSION_NOT_FOUND') }, { ending: lost('SESSION_CHANGED') });
    const { error } = await read();
    expect(error?.code).to.equal('session-closed');
    expect(error?.errorClass).to.equal('INVALID_HANDLE.SESSION_CHANGED');
  });

  it('takes the response stream back from another call', async () => {
    const taken = serviceError(status.INTERNAL, '[INVALID_CURSOR.DISCONNECTED] The cursor has been disconnected.');
    await play({ send: [1], ending: { fail: taken } }, { send: [2], ending: 'complete' });
    expect((await read()).ids).to.deep.equal(['r1', 'r2']);
  });

  it("waits as long as the server's RetryInfo asks", async () => {
    const busy = serviceError(status.RESOURCE_EXHAUSTED, 'busy', retryInfo(0.12));
    await play({ ending: { fail: busy } }, { send: [1], ending: 'complete' });
    const started = performance.now();
    expect((await read()).ids).to.deep.equal(['r1']);
    // setTimeout may fire a millisecond early.
    expect(performance.now() - started).to.be.at.least(118);
  });

  it('gives up after the attempts of its policy, with what the server said', async () => {
    const cut: Turn = { ending: 'cut' };
    await play({ send: [1], ending: 'cut' }, cut, cut, cut, cut, cut);
    const { ids, error } = await read();
    expect(ids).to.deep.equal(['r1']);
    expect(error?.code).to.equal('unavailable');
    expect(server.calls.filter((call) => call.startsWith('reattach'))).to.have.length(quick.maxRetries);
  });

  it('begins counting attempts anew with every response', async () => {
    const turns = Array.from({ length: 10 }, (_, i): Turn => ({ send: [i + 1], ending: 'cut' }));
    await play(...turns, { ending: 'complete' });
    expect((await read()).ids).to.have.length(10);
  });

  it('fails at once with an error of the query, and releases', async () => {
    await play({ send: [1], ending: { fail: serviceError(status.INTERNAL, '[DIVIDE_BY_ZERO] Division by zero.') } });
    const { ids, error } = await read();
    expect(ids).to.deep.equal(['r1']);
    expect(error?.errorClass).to.equal('DIVIDE_BY_ZERO');
    expect(await callsAfter(2)).to.deep.equal(['execute', 'release all']);
  });

  it('releases a long result while it is read, and all of it where the reader stops early', async () => {
    await play({ send: [1, 2, 3, 4, 5, 6], bytes: 1_500_000, ending: 'wait' });
    for await (const { responseId } of client.execute(create(PlanSchema))) if (responseId === 'r6') break;
    expect(await callsAfter(3)).to.have.members(['execute', 'release until r3', 'release all']);
  });

  it("ends with the signal's reason, interrupting the server, while it waits for a response", async () => {
    await play({ send: [1], ending: 'wait' });
    const stop = new AbortController();
    const reason = new SparkConnectError('aborted', 'enough');
    const reading = read(stop.signal);
    await callsAfter(1);
    stop.abort(reason);
    expect((await reading).error).to.equal(reason);
    expect(await callsAfter(3)).to.have.members(['execute', 'interrupt', 'release all']);
  });

  it('interrupts a server that is gone no longer than calls for streams are tried', async () => {
    server = await FakeServer.start({ send: [1], ending: 'wait' });
    server.interruptFailure = serviceError(status.UNAVAILABLE, 'gone');
    const streamingRetryPolicy = { ...quick, maxRetries: 2 };
    client = await SessionClient.connect({ remote: server.address, retryPolicy: quick, streamingRetryPolicy });
    const stop = new AbortController();
    const reading = read(stop.signal);
    await callsAfter(1);
    stop.abort(new SparkConnectError('aborted', 'enough'));
    await reading;
    await callsAfter(5);
    // A fourth attempt would come after 2 ms; a call that is answered after that shows that it has not been made.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.calls.filter((call) => call === 'interrupt')).to.have.lengthOf(3);
  });

  it('ends at once when its session is closed, also in the pause before an attempt', async () => {
    const busy = serviceError(status.RESOURCE_EXHAUSTED, 'busy', retryInfo(600));
    for (const turn of [{ send: [1], ending: 'wait' }, { ending: { fail: busy } }] satisfies Turn[]) {
      await play(turn);
      const reading = read();
      await callsAfter(1);
      client.disconnect();
      expect((await reading).error?.code).to.equal('session-closed');
      server.stop();
    }
  });
});

describe('calls of a session', () => {
  let server: FakeServer;
  let client: SessionClient;

  beforeEach(async () => {
    server = await FakeServer.start();
    client = await SessionClient.connect({ remote: server.address, retryPolicy: quick });
  });
  afterEach(() => {
    client.disconnect();
    server.stop();
  });

  it('are tried again while the failure is one of the connection', async () => {
    server.configFailures.push(serviceError(status.UNAVAILABLE, 'gone'), serviceError(status.UNAVAILABLE, 'gone'));
    server.configPairs = [{ key: 'k', value: 'v' }];
    expect(await client.conf.get('k')).to.equal('v');
    expect(server.calls).to.deep.equal(['config', 'config', 'config']);
  });

  it('are tried as often as the policy of the call says', async () => {
    const gone = () => serviceError(status.UNAVAILABLE, 'gone');
    server.configFailures.push(gone(), gone(), gone());
    const once = client.conf.withOptions({ retryPolicy: { ...quick, maxRetries: 1 } });
    const error = await once.get('k').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'unavailable');
    expect(server.calls).to.have.length(2);
  });

  it('fail after the close with a word about it', async () => {
    await client.close();
    const error = await client.conf.get('k').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'session-closed');
  });

  it('are many for one session without a warning of a leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    for (let i = 0; i < 20; i++) client.closed.addEventListener('abort', () => i);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).to.deep.equal([]);
  });

  it('wait with the close for what wishes to end before it, once', async () => {
    const order: string[] = [];
    client.beforeClose(async () => {
      await client.conf.get('k');
      order.push('ended');
    });
    client.beforeClose(() => Promise.reject(new Error('a farewell that fails delays nobody')));
    client.beforeClose(async () => void order.push('withdrawn'))();
    await Promise.all([client.close(), client.close()]);
    expect(order).to.deep.equal(['ended']);
    expect(server.calls).to.deep.equal(['config', 'release session']);
  });
});
