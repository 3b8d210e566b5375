import type { CallSignal } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { unlessAborted } from '../client/unless-aborted.ts';
import { type ListenerEvent, type StreamingQueryListener, startedEvent, tell } from './listener.ts';
import { followBus } from './listener-events.ts';
import { pollEvents } from './listener-polling.ts';
import { handlerFailure } from './query-failure.ts';

/** Where a session's events come from: a stream that ends with the signal. `ready` is called once nothing can be missed. */
export type EventSource = (
  client: SessionClient,
  signal: AbortSignal,
  ready: () => void,
) => AsyncIterable<ListenerEvent>;

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
  #following: Following | undefined;

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
    this.#following ??= this.#follow();
    try {
      await unlessAborted(this.#following.ready, signal);
    } catch (error) {
      if (signal?.aborted) {
        // The stream may serve others; without any it ends.
        this.remove(listener).catch(() => undefined);
        throw error;
      }
      this.#listeners.delete(listener);
      this.#following = undefined;
      throw error;
    }
  }

  /** Resolves when all events that had happened have been told. */
  async remove(listener: StreamingQueryListener): Promise<void> {
    const following = this.#following;
    if (this.#listeners.has(listener) && this.#listeners.size === 1 && following !== undefined) {
      this.#following = undefined;
      following.stop.abort();
      await following.ended;
    }
    this.#listeners.delete(listener);
  }

  async removeAll(): Promise<void> {
    for (const listener of [...this.#listeners]) await this.remove(listener);
  }

  /** A query that was started here, as the server described it with its answer; 3.5 says nothing, and polling finds it. */
  async started(json: string | undefined): Promise<void> {
    if (json !== undefined && this.#listeners.size > 0) await this.#post(startedEvent(json));
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
    const ended = this.#read(stop.signal, becomeReady)
      .catch((error: unknown) => {
        fail(error);
        if (stop.signal.aborted || this.#client.isClosed) return;
        this.#client.logger.warn(`the listeners of session ${this.#client.sessionId} hear no more: ${String(error)}`);
        this.#listeners.clear();
        this.#following = undefined;
      })
      .finally(farewell);
    return { stop, ready, ended };
  }

  async #read(signal: AbortSignal, ready: () => void): Promise<void> {
    const major = Number(this.#client.serverVersion.split('.')[0]);
    const source: EventSource = major >= 4 ? followBus : pollEvents;
    for await (const event of source(this.#client, signal, ready)) await this.#post(this.#withCause(event));
  }

  /** Spark tells of a handler's failure in words only. */
  #withCause(told: ListenerEvent): ListenerEvent {
    if (told.of !== 'terminated' || told.event.exception === null) return told;
    const failure = handlerFailure(this.#client, told.event.runId);
    return failure === undefined ? told : { ...told, event: { ...told.event, cause: failure.error } };
  }

  async #post(event: ListenerEvent): Promise<void> {
    for (const listener of this.#listeners) {
      await tell(listener, event).catch((error: unknown) => {
        this.#client.logger.warn(`a streaming query listener threw: ${String(error)}`);
      });
    }
  }
}
