import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { silentLogger } from '../../../src/client/logger.ts';
import { STREAMING_RETRY_POLICY } from '../../../src/client/retry-policy.ts';
import type { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { type ExecutePlanResponse, ExecutePlanResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { type Command, StreamingQueryEventType } from '../../../src/gen/spark/connect/commands_pb.js';
import type { StreamingQueryListener } from '../../../src/streaming/listener.ts';
import { ListenerBus } from '../../../src/streaming/listener-bus.ts';

/** Spark 4's part: one listener in a session, whose events a call brings until it is removed. */
class FakeSession {
  readonly serverVersion = '4.1.1';
  readonly sessionId = 's';
  readonly isClosed = false;
  readonly logger = silentLogger;
  readonly streamingRetryPolicy = STREAMING_RETRY_POLICY;
  readonly calls: string[] = [];
  /** What the call that adds a listener brings before it waits for the listener's end, where it does. */
  answer: 'added' | 'nothing, and ends' = 'added';
  #removed: () => void = () => {};
  #posted: () => void = () => {};
  #events: string[] = [];
  #forget = false;

  /** Lets go of the call, as after minutes in which nobody read it; the listener stays. */
  forget(): void {
    this.#forget = true;
    this.#posted();
  }

  /** Sends the end of a query to the listener. */
  post(runId: string): void {
    this.#events.push(runId);
    this.#posted();
  }

  beforeClose = () => () => {};

  async *execute(): AsyncGenerator<ExecutePlanResponse> {
    this.calls.push('add');
    if (this.answer !== 'added') return;
    let isRemoved = false;
    this.#removed = () => {
      isRemoved = true;
      this.#posted();
    };
    yield eventsResult([], true);
    for (;;) {
      while (this.#events.length > 0) yield eventsResult(this.#events.splice(0));
      if (this.#forget) {
        this.#forget = false;
        this.#events.length = 0;
        throw new SparkConnectError('aborted', 'abandoned', { errorClass: 'INVALID_HANDLE.OPERATION_ABANDONED' });
      }
      if (isRemoved) break;
      await new Promise<void>((resolve) => {
        this.#posted = resolve;
      });
    }
    this.calls.push('end');
  }

  async runCommand({ commandType }: Command): Promise<ExecutePlanResponse[]> {
    if (commandType.case === 'streamingQueryListenerBusCommand') {
      this.calls.push('remove');
      this.#removed();
      return [];
    }
    if (commandType.case === 'streamingQueryCommand') {
      const value = { resultType: { case: 'exception' as const, value: {} } };
      return [
        create(ExecutePlanResponseSchema, { responseType: { case: 'streamingQueryCommandResult' as const, value } }),
      ];
    }
    this.calls.push('poll');
    const resultType = { case: 'active' as const, value: { activeQueries: [] } };
    const value = { resultType };
    const responseType = { case: 'streamingQueryManagerCommandResult' as const, value };
    return [create(ExecutePlanResponseSchema, { responseType })];
  }
}

function eventsResult(runIds: readonly string[], listenerBusListenerAdded = false): ExecutePlanResponse {
  const eventType = StreamingQueryEventType.QUERY_TERMINATED_EVENT;
  const events = runIds.map((runId) => ({ eventType, eventJson: JSON.stringify({ id: 'i', runId }) }));
  const value = { events, ...(listenerBusListenerAdded ? { listenerBusListenerAdded } : {}) };
  return create(ExecutePlanResponseSchema, { responseType: { case: 'streamingQueryListenerEventsResult', value } });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the listeners of a session', () => {
  let session: FakeSession;
  let bus: ListenerBus;
  const told: string[] = [];
  const listener = (name: string): StreamingQueryListener => ({
    onQueryTerminated: ({ runId }) => void told.push(`${name} ${runId}`),
  });
  beforeEach(() => {
    session = new FakeSession();
    bus = ListenerBus.of(session as unknown as SessionClient);
    told.length = 0;
  });

  it('are polled for where the server neither takes them nor refuses them', async () => {
    session.answer = 'nothing, and ends';
    const own = listener('own');
    await bus.add(own);
    await bus.remove(own);
    expect(session.calls.slice(0, 2)).to.deep.equal(['add', 'poll']);
    // The listener that another client has stays.
    expect(session.calls).not.to.include('remove');
  });

  it('are told what had happened before the last was removed, and the next waits for that', async () => {
    const [first, second] = [listener('first'), listener('second')];
    await bus.add(first);
    session.post('r1');
    const removed = bus.remove(first);
    const added = bus.add(second);
    await removed;
    expect(told).to.include('first r1');
    await added;
    expect(session.calls).to.deep.equal(['add', 'remove', 'end', 'add']);
    session.post('r2');
    await bus.remove(second);
    expect(told.filter((each) => each.endsWith('r2'))).to.deep.equal(['second r2']);
  });

  it('end with the last of them, although another is leaving still', async () => {
    const [first, second] = [listener('first'), listener('second')];
    await bus.add(first);
    const leaving = [bus.remove(first), bus.add(second), bus.remove(second), bus.remove(first)];
    await Promise.all(leaving);
    expect(session.calls).to.deep.equal(['add', 'remove', 'end']);
    await bus.add(second);
    await bus.removeAll();
    expect(session.calls.slice(3)).to.deep.equal(['add', 'remove', 'end']);
  });

  it('may be added again while they leave', async () => {
    const own = listener('own');
    await bus.add(own);
    const removed = bus.remove(own);
    await Promise.all([removed, bus.add(own)]);
    session.post('r1');
    await bus.remove(own);
    expect(told).to.deep.equal(['own r1']);
  });

  it('may remove themselves in their own callback, alone or with others', async () => {
    for (const others of [[], [listener('other')]]) {
      let done: () => void = () => {};
      const finished = new Promise<void>((resolve) => {
        done = resolve;
      });
      const own: StreamingQueryListener = {
        onQueryTerminated: async () => {
          await bus.remove(own);
          done();
        },
      };
      for (const each of [own, ...others]) await bus.add(each);
      session.post('r1');
      await finished;
      await bus.removeAll();
      expect(session.calls.splice(0)).to.deep.equal(['add', 'remove', 'end']);
    }
    expect(told).to.deep.equal(['other r1']);
  });

  it('are told what follows a start when they have taken note of that', async () => {
    const order: string[] = [];
    let taken: () => void = () => {};
    const noted = new Promise<void>((resolve) => {
      taken = resolve;
    });
    await bus.add({
      onQueryStarted: async () => {
        await noted;
        order.push('started');
      },
      onQueryTerminated: () => void order.push('terminated'),
    });
    const start = bus.started(JSON.stringify({ id: 'i', runId: 'r1', timestamp: 't' }));
    session.post('r1');
    await new Promise((resolve) => setImmediate(resolve));
    taken();
    await start;
    await bus.removeAll();
    expect(order).to.deep.equal(['started', 'terminated']);
  });

  it('are heard again by a server that let go of them, and told of ends in the meantime', async () => {
    const own = listener('own');
    await bus.add(own);
    for (const runId of ['r1', 'r2']) await bus.started(JSON.stringify({ id: 'i', runId, timestamp: 't' }));
    session.post('r1');
    await until(() => told.length === 1);
    session.forget();
    await until(() => session.calls.includes('poll'));
    expect(session.calls).to.deep.equal(['add', 'remove', 'add', 'poll']);
    session.post('r3');
    await bus.remove(own);
    expect(told).to.deep.equal(['own r1', 'own r2', 'own r3']);
  });

  it('are told of a start once, however often it is reported', async () => {
    const started: string[] = [];
    await bus.add({ onQueryStarted: ({ runId }) => void started.push(runId) });
    const json = JSON.stringify({ id: 'i', runId: 'r1', timestamp: 't' });
    await bus.started(json);
    await bus.started(json);
    await bus.removeAll();
    expect(started).to.deep.equal(['r1']);
  });
});
