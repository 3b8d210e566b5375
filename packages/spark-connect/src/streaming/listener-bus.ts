import type { CallSignal } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { unlessAborted } from '../client/unless-aborted.ts';
import { errorText } from './error-text.ts';
import { type ListenerEvent, type StreamingQueryListener, startedEvent, tell } from './listener.ts';
import { followBus } from './listener-events.ts';
import { missedEnds, pollEvents } from './listener-polling.ts';
import { callFor, isWithinCall } from './own-calls.ts';
import { endedByStop } from './own-runs.ts';
import { handlerFailure } from './query-failure.ts';

interface Following {
  readonly stop: AbortController;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
}

const buses = new WeakMap<SessionClient, ListenerBus>();

/** The listeners of one session here, and the one stream of events that serves them all while there are any. */
export class ListenerBus {
  readonly #client: SessionClient;
  readonly #listeners = new Set<StreamingQueryListener>();
  /** Those of the listeners that are told only what had happened before they were removed. */
  readonly #leaving = new Set<StreamingQueryListener>();
  /** Runs whose start has been told: by the answer to the call that started it, or by polling. Each with its query's id. */
  readonly #startedRuns = new Map<string, string>();
  /** The starts that are being told: what comes after them waits. */
  readonly #starts = new Set<Promise<void>>();
  #following: Following | undefined;
  /** The end of the stream before, while it is not there yet: the server takes no listener until then. */
  #ending: Promise<void> | undefined;

  private constructor(client: SessionClient) {
    this.#client = client;
  }

  static of(client: SessionClient): ListenerBus {
    const bus = buses.get(client) ?? new ListenerBus(client);
    buses.set(client, bus);
    return bus;
  }

  /** Resolves when the listener misses nothing any more. @throws SparkConnectError what the server refuses the bus with */
  async add(listener: StreamingQueryListener, { signal }: CallSignal = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#listeners.add(listener);
    this.#leaving.delete(listener);
    this.#following ??= this.#follow();
    const following = this.#following;
    // The end of the stream before waits for this callback.
    if (this.#ending !== undefined && isWithinCall(this)) return;
    try {
      await unlessAborted(following.ready, signal);
    } catch (error) {
      if (signal?.aborted) {
        // The stream may serve others; without any it ends.
        this.remove(listener).catch(() => undefined);
        throw error;
      }
      this.#listeners.delete(listener);
      if (this.#following === following) this.#following = undefined;
      throw error;
    }
  }

  /** Resolves when all events that had happened have been told; at once where a listener's own callback asks for it. */
  async remove(listener: StreamingQueryListener): Promise<void> {
    if (!this.#listeners.has(listener)) return;
    this.#leaving.add(listener);
    const isLast = this.#leaving.size === this.#listeners.size;
    if (isLast) this.#end();
    // Events wait for the callback.
    if (isLast && !isWithinCall(this)) await this.#ending;
    if (this.#leaving.delete(listener)) this.#listeners.delete(listener);
  }

  async removeAll(): Promise<void> {
    for (const listener of [...this.#listeners]) await this.remove(listener);
    if (!isWithinCall(this)) await this.#ending;
  }

  /** A query that was started here, as the server described it with its answer; 3.5 says nothing, and polling finds it. */
  async started(json: string | undefined): Promise<void> {
    if (json === undefined || this.#listeners.size === 0) return;
    const telling = this.#tell(startedEvent(json));
    this.#starts.add(telling);
    await telling.finally(() => this.#starts.delete(telling));
  }

  #follow(): Following {
    const stop = new AbortController();
    const farewell = this.#client.beforeClose(() => this.removeAll());
    let becomeReady: () => void = () => {};
    let fail: (error: unknown) => void = () => {};
    const ready = new Promise<void>((resolve, reject) => {
      becomeReady = resolve;
      fail = reject;
    });
    ready.catch(() => undefined);
    const before = this.#ending ?? Promise.resolve();
    const ended = before
      .then(() => this.#read(stop.signal, becomeReady))
      // A stream that has ended before it began keeps nobody waiting.
      .then(becomeReady)
      .catch((error: unknown) => {
        fail(error);
        if (stop.signal.aborted || this.#client.isClosed) return;
        this.#client.logger.warn(`the listeners of session ${this.#client.sessionId} hear no more: ${String(error)}`);
        this.#listeners.clear();
        this.#leaving.clear();
        this.#following = undefined;
      })
      .finally(farewell);
    return { stop, ready, ended };
  }

  #end(): void {
    const following = this.#following;
    if (following === undefined) return;
    this.#following = undefined;
    following.stop.abort();
    const ending = following.ended.then(() => {
      if (this.#ending === ending) this.#ending = undefined;
    });
    this.#ending = ending;
  }

  async #read(signal: AbortSignal, ready: () => void): Promise<void> {
    this.#startedRuns.clear();
    for await (const event of eventsOf(this.#client, signal, ready, this.#startedRuns)) {
      await Promise.all(this.#starts);
      await this.#tell(await this.#withCause(event));
    }
  }

  /** Spark tells of a handler's failure in words only, and of a stop in the middle of a batch as one. */
  async #withCause(told: ListenerEvent): Promise<ListenerEvent> {
    if (told.of !== 'terminated' || told.event.exception === null) return told;
    if (await endedByStop(this.#client, told.event.runId))
      return { ...told, event: { ...told.event, exception: null, errorClassOnException: null } };
    const failure = handlerFailure(this.#client, told.event.runId);
    return failure === undefined ? told : { ...told, event: { ...told.event, cause: failure.error } };
  }

  /** Polling finds queries too whose start has been told. */
  async #tell(told: ListenerEvent): Promise<void> {
    const { id, runId } = told.of === 'progress' ? told.event.progress : told.event;
    if (told.of === 'terminated') this.#startedRuns.delete(runId);
    if (told.of === 'started') {
      if (this.#startedRuns.has(runId)) return;
      this.#startedRuns.set(runId, id);
    }
    for (const listener of this.#listeners) {
      await callFor(this, () => tell(listener, told)).catch((error: unknown) => {
        this.#client.logger.warn(`a streaming query listener threw: ${errorText(error)}`);
      });
    }
  }
}

/** A session's events, until the signal fires. `ready` is called once nothing can be missed. */
async function* eventsOf(
  client: SessionClient,
  signal: AbortSignal,
  ready: () => void,
  running: ReadonlyMap<string, string>,
): AsyncGenerator<ListenerEvent, void, undefined> {
  const hasBus = Number(client.serverVersion.split('.')[0]) >= 4;
  if (hasBus) {
    let end = yield* followBus(client, signal, ready);
    while (end === 'forgotten') {
      client.logger.warn(`session ${client.sessionId} let go of its listeners: reports of a while are lost`);
      end = yield* followBus(client, signal, ready, () => missedEnds(client, running));
    }
    if (end === 'removed') return;
  }
  if (hasBus) client.logger.debug(`another client listens in session ${client.sessionId}: its queries are polled here`);
  yield* pollEvents(client, signal, ready);
}
