import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { silentLogger } from '../../../src/client/logger.ts';
import { STREAMING_RETRY_POLICY } from '../../../src/client/retry-policy.ts';
import { SessionConf } from '../../../src/client/session-conf.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { ConfigResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { type BatchHandler, Rendezvous } from '../../../src/streaming/foreach-batch/rendezvous.ts';

/** A session's configuration that is here, and the shim's part in it. */
class FakeSession {
  readonly values = new Map<string, string>();
  readonly logger = silentLogger;
  readonly streamingRetryPolicy = STREAMING_RETRY_POLICY;
  readonly lifetime = new AbortController();
  readonly closed = this.lifetime.signal;
  readonly failures: unknown[] = [];
  polls = 0;
  /** Called before each call is answered; what it throws, the call fails with. */
  intercept: (kind: string | undefined, key: string) => void | Promise<void> = () => {};

  readonly conf = new SessionConf(async ({ opType }, { signal }) => {
    signal?.throwIfAborted();
    const pairs: { key: string; value?: string }[] = [];
    const keys = opType.case === 'set' ? opType.value.pairs.map(({ key }) => key) : [];
    if (opType.case === 'getOption' || opType.case === 'unset') keys.push(...opType.value.keys);
    await this.intercept(opType.case, keys[0] ?? '');
    signal?.throwIfAborted();
    if (opType.case === 'set') for (const { key, value } of opType.value.pairs) this.values.set(key, value ?? '');
    if (opType.case === 'unset') for (const key of keys) this.values.delete(key);
    if (opType.case === 'getOption') {
      this.polls++;
      for (const key of keys) {
        const value = this.values.get(key);
        pairs.push(value === undefined ? { key } : { key, value });
      }
    }
    return create(ConfigResponseSchema, { pairs });
  });

  announce(batchId: number): void {
    this.values.set('p.pending', `${batchId} relation-${batchId}`);
  }

  /** Waits as the shim does. */
  async answer(text: string): Promise<void> {
    for (const deadline = Date.now() + 5_000; this.values.get('p.answer') !== text; ) {
      if (Date.now() > deadline) throw new Error(`no answer "${text}" but "${this.values.get('p.answer')}"`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  meet(handler: BatchHandler, pace = { minMs: 0, maxMs: 1 }): Rendezvous {
    const onFailure = (error: unknown) => void this.failures.push(error);
    return new Rendezvous(this, 'p', handler, { leaseTimeoutMs: 50, pace, onFailure });
  }
}

/** A handler that gives up when its signal fires, and a promise of its begin. */
function untilAborted(): { handler: BatchHandler; begun: Promise<void> } {
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const handler: BatchHandler = (_batch, signal) => {
    begin();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  return { handler, begun };
}

describe('rendezvous', () => {
  it('handles each announced batch once and answers it, over thousands of batches, without growing', async () => {
    const session = new FakeSession();
    const handled: string[] = [];
    const rendezvous = session.meet(async ({ batchId, relationId }) => void handled.push(`${batchId} ${relationId}`), {
      minMs: 0,
      maxMs: 0,
    });
    const heapAfter: number[] = [];
    for (let batchId = 0; batchId < 2_000; batchId++) {
      session.announce(batchId);
      await session.answer(`done ${batchId}`);
      if (batchId === 400 || batchId === 1_999) heapAfter.push(process.memoryUsage().heapUsed);
    }
    await rendezvous.forget();
    await rendezvous.finished;
    expect(handled).to.deep.equal(Array.from({ length: 2_000 }, (_, i) => `${i} relation-${i}`));
    expect(session.values.size).to.equal(0);
    // Sixteen hundred batches: ten kilobytes that stayed of each would be seen.
    expect((heapAfter[1] ?? 0) - (heapAfter[0] ?? 0)).to.be.below(16 * 1024 * 1024);
  }).timeout(60_000);

  it('rests when nothing is due, tells how it is woken, and asks at once when it is', async () => {
    const session = new FakeSession();
    const handled: number[] = [];
    const pace = { minMs: 60_000, maxMs: 60_000 };
    const rendezvous = session.meet(async ({ batchId }) => void handled.push(batchId), pace);
    rendezvous.waitsIn('operation-1');
    await session.answer('done -1 operation-1');
    session.announce(0);
    rendezvous.waitsIn('operation-2');
    rendezvous.wake();
    // The answer stays in front of what it rests in: the server may not have read it yet.
    await session.answer('done 0 operation-2');
    rendezvous.wake();
    rendezvous.waitsIn('operation-3');
    await session.answer('done 0 operation-3');
    expect(handled).to.deep.equal([0]);
    expect(session.polls).to.equal(4);
    await rendezvous.forget();
  });

  it('tells the server of an error that has no text, and keeps it', async () => {
    const session = new FakeSession();
    const thrown = {
      toString() {
        throw new Error('no text');
      },
    };
    const rendezvous = session.meet(() => Promise.reject(thrown));
    session.announce(0);
    expect(await rendezvous.finished.catch((error: unknown) => error)).to.equal(thrown);
    expect(session.values.get('p.answer')).to.equal('error 0 an error that has no text');
    expect(session.failures).to.deep.equal([thrown]);
  });

  it("keeps the handler's error although the query ends while the error is on its way", async () => {
    const session = new FakeSession();
    const thrown = new Error('the very object');
    const rendezvous = session.meet(() => Promise.reject(thrown));
    session.intercept = (kind, key) => {
      if (kind === 'set' && key === 'p.answer') rendezvous.close();
    };
    session.announce(0);
    expect(await rendezvous.finished.catch((error: unknown) => error)).to.equal(thrown);
  });

  it("keeps the handler's error although it cannot be told to the server", async () => {
    const session = new FakeSession();
    const thrown = new Error('the very object');
    session.intercept = (kind, key) => {
      if (kind === 'set' && key === 'p.answer') throw new SparkConnectError('unavailable', 'gone');
    };
    const rendezvous = session.meet(() => Promise.reject(thrown));
    session.announce(0);
    expect(await rendezvous.finished.catch((error: unknown) => error)).to.equal(thrown);
  });

  it('takes no failure from a handler that gives up because the query has ended', async () => {
    const session = new FakeSession();
    const { handler, begun } = untilAborted();
    const rendezvous = session.meet(handler);
    session.announce(0);
    await begun;
    rendezvous.close();
    await rendezvous.finished;
    expect(session.values.has('p.answer')).to.equal(false);
    expect(session.failures).to.deep.equal([]);
  });

  it('ends with the error of a server that cannot be asked any more, and fires the signal', async () => {
    const session = new FakeSession();
    const gone = new SparkConnectError('unavailable', 'gone');
    let seen: AbortSignal | undefined;
    const rendezvous = session.meet(async (_batch, signal) => {
      seen = signal;
    });
    session.announce(0);
    await session.answer('done 0');
    session.intercept = () => {
      throw gone;
    };
    expect(await rendezvous.finished.catch((error: unknown) => error)).to.equal(gone);
    expect(seen?.aborted).to.equal(true);
  });

  it('ends with its session, and writes nothing to it afterwards', async () => {
    const session = new FakeSession();
    const { handler, begun } = untilAborted();
    const rendezvous = session.meet(handler);
    session.announce(0);
    await begun;
    session.lifetime.abort(new SparkConnectError('session-closed', 'closed'));
    await rendezvous.finished;
    const left = [...session.values.keys()];
    await rendezvous.forget();
    expect([...session.values.keys()]).to.deep.equal(left);
    expect(left).not.to.include('p.answer');
  });

  it('does not handle a batch that it finds while it drains, and waits for the one in hand', async () => {
    const session = new FakeSession();
    const handled: number[] = [];
    let finish: () => void = () => {};
    const rendezvous = session.meet(async ({ batchId }) => {
      handled.push(batchId);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    session.announce(4);
    while (handled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const drained = rendezvous.drain(10_000);
    finish();
    expect(await drained).to.equal(4);
    session.announce(5);
    const polls = session.polls;
    while (session.polls < polls + 10) await new Promise((resolve) => setImmediate(resolve));
    expect(handled).to.deep.equal([4]);
    rendezvous.close();
    await rendezvous.finished;
  });

  it('takes batches again when every stop that waited for one has been given up', async () => {
    const session = new FakeSession();
    const rendezvous = session.meet(async () => {});
    await Promise.all([rendezvous.drain(1_000), rendezvous.drain(1_000)]);
    rendezvous.resume();
    session.announce(0);
    const polls = session.polls;
    while (session.polls < polls + 10) await new Promise((resolve) => setImmediate(resolve));
    expect(session.values.get('p.answer')).to.not.equal('done 0');
    rendezvous.resume();
    await session.answer('done 0');
    rendezvous.close();
    await rendezvous.finished;
  });

  it('renews its lease while a handler works, one call at a time', async () => {
    const session = new FakeSession();
    let open = 0;
    let most = 0;
    let renewals = 0;
    session.intercept = async (kind, key) => {
      if (kind !== 'set' || key !== 'p.lease') return;
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 25));
      open--;
      renewals++;
    };
    const rendezvous = session.meet(async () => {
      while (renewals < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    });
    session.announce(0);
    await session.answer('done 0');
    expect(most).to.equal(1);
    await rendezvous.forget();
    expect(session.values.size).to.equal(0);
  });

  it('knows after the end whether a stop reached the query while it waited for the handler', async () => {
    for (const [last, stopped] of [
      ['stopped', true],
      ['7 relation-7', false],
    ] as const) {
      const session = new FakeSession();
      const rendezvous = session.meet(untilAborted().handler);
      session.values.set('p.pending', last);
      await rendezvous.forget();
      expect(rendezvous.wasStopped).to.equal(stopped);
    }
  });

  it('refuses an announcement that it does not understand', async () => {
    const session = new FakeSession();
    session.values.set('p.pending', 'seven');
    const error = await session.meet(async () => {}).finished.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'protocol');
  });
});
