import type { CallSignal } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { unlessAborted } from '../client/unless-aborted.ts';
import { askPersistently } from './forgotten-call.ts';
import type { StreamingQueryListener } from './listener.ts';
import { ListenerBus } from './listener-bus.ts';
import { activeQueries, managerCommand, queryOf } from './manager-command.ts';
import { endedByStop } from './own-runs.ts';
import { asQueryFailure, failedRun } from './query-failure.ts';
import type { StreamingQuery } from './streaming-query.ts';
import { timeLeft, wholeTimeout } from './timeout.ts';

/**
 * The streaming queries of one session, whichever process started them.
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryManager.html
 */
export class StreamingQueryManager {
  readonly #client: SessionClient;

  constructor(client: SessionClient) {
    this.#client = client;
  }

  /** The queries that run. */
  active(options: CallSignal = {}): Promise<StreamingQuery[]> {
    return activeQueries(this.#client, options);
  }

  /** The query with this id, or undefined where the session has none that is active. */
  async get(id: string, options: CallSignal = {}): Promise<StreamingQuery | undefined> {
    const { resultType } = await managerCommand(this.#client, { case: 'getQuery', value: id }, options);
    return resultType.case === 'query' && resultType.value.id ? queryOf(this.#client, resultType.value) : undefined;
  }

  /**
   * Waits until some query of the session ends; see {@link StreamingQuery.awaitTermination}.
   * @throws SparkConnectError `query-failed` where it failed, with what its foreachBatch handler threw as the cause where
   * that ran in this process; `invalid-argument` for a timeout that is not above zero
   */
  async awaitAnyTermination(timeoutMs?: number, options: CallSignal = {}): Promise<boolean> {
    const limit = wholeTimeout(timeoutMs);
    const deadline = limit === undefined ? undefined : performance.now() + limit;
    try {
      const { resultType } = await askPersistently(() =>
        managerCommand(this.#client, { case: 'awaitAnyTermination', value: timeLeft(deadline) }, options),
      );
      return resultType.case === 'awaitAnyTermination' && resultType.value.terminated;
    } catch (error) {
      if (await unlessAborted(endedByStop(this.#client, failedRun(error)), options.signal)) return true;
      throw asQueryFailure(this.#client, error);
    }
  }

  /** Forgets the queries that have ended, so that awaitAnyTermination waits for the next. */
  async resetTerminated(options: CallSignal = {}): Promise<void> {
    await managerCommand(this.#client, { case: 'resetTerminated', value: true }, options);
  }

  /**
   * Resolves when the listener misses nothing any more. Spark 3.5 has no bus for listeners, and Spark 4 serves one client of
   * a session: otherwise its queries are polled, after five seconds in vain. It keeps the process alive until it is removed or the
   * session is stopped.
   */
  addListener(listener: StreamingQueryListener, options: CallSignal = {}): Promise<void> {
    return ListenerBus.of(this.#client).add(listener, options);
  }
  /** Resolves when the listener has been told all that had happened; at once where a listener's own callback asks for it. */
  removeListener(listener: StreamingQueryListener, { signal }: CallSignal = {}): Promise<void> {
    return unlessAborted(ListenerBus.of(this.#client).remove(listener), signal);
  }
  /** Removes all listeners. */
  close({ signal }: CallSignal = {}): Promise<void> {
    return unlessAborted(ListenerBus.of(this.#client).removeAll(), signal);
  }
}
