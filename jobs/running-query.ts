import { SparkConnectError, type StreamingQuery, type StreamingQueryProgress } from '@instant-health/spark-connect';
import type { Logger } from '../settings/index.ts';

interface QuerySurroundings {
  readonly sparkVersion: string;
  readonly isRealTime?: boolean | undefined;
  readonly log: Logger;
}

/**
 * A query as its job follows it: the same one over the restart that Spark 4.1 makes necessary. There the Kafka source
 * cannot report on a batch that is done again after a crash (it has not asked Kafka for the latest offsets yet, and trips
 * over that): Spark commits the batch and then fails the query. Started once more, it goes on behind that batch.
 */
export class RunningQuery {
  readonly name: string;
  /** Its batches last for minutes, while rows pass through. */
  readonly isRealTime: boolean;
  readonly #start: () => Promise<StreamingQuery>;
  readonly #log: Logger;
  readonly #mayTrip: boolean;
  #query: StreamingQuery;
  /** Once: what fails in the same way again has another cause. */
  #restarting: Promise<void> | undefined;
  #stopping = false;

  private constructor(
    name: string,
    start: () => Promise<StreamingQuery>,
    query: StreamingQuery,
    { sparkVersion, isRealTime = false, log }: QuerySurroundings,
  ) {
    this.name = name;
    this.isRealTime = isRealTime;
    this.#mayTrip = sparkVersion.startsWith('4.');
    this.#start = start;
    this.#query = query;
    this.#log = log;
  }

  static async start(
    name: string,
    start: () => Promise<StreamingQuery>,
    surroundings: QuerySurroundings,
  ): Promise<RunningQuery> {
    return new RunningQuery(name, start, await start(), surroundings);
  }

  get id(): string {
    return this.#query.id;
  }

  status(): ReturnType<StreamingQuery['status']> {
    return this.#query.status();
  }

  lastProgress(): Promise<StreamingQueryProgress | undefined> {
    return this.#query.lastProgress();
  }

  recentProgress(): Promise<StreamingQueryProgress[]> {
    return this.#query.recentProgress();
  }

  /** Why the query has failed for good, or undefined. */
  async exception(): Promise<SparkConnectError | undefined> {
    const failure = await this.#query.exception();
    if (failure === undefined || !this.#isRepeatedBatch(failure)) return failure;
    if (!this.#stopping) await this.#restart();
    return undefined;
  }

  /**
   * Waits for the end of the query.
   * @throws what the handler threw, or SparkConnectError `query-failed`
   */
  async ended(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#query.awaitTermination(undefined, { signal });
        return;
      } catch (error) {
        if (!this.#isRepeatedBatch(error)) throw error;
      }
      // The batch is committed: whoever interrupts or stops the query then has nothing to learn of Spark's fault.
      signal.throwIfAborted();
      if (this.#stopping) return;
      await this.#restart();
    }
  }

  async stop(options: Parameters<StreamingQuery['stop']>[0]): Promise<void> {
    this.#stopping = true;
    // What is being started must be stopped, too; that it could not be started is told where it was asked for.
    await this.#restarting?.catch(() => undefined);
    await this.#query.stop(options);
  }

  #isRepeatedBatch(error: unknown): boolean {
    if (!this.#mayTrip || this.#restarting || !(error instanceof SparkConnectError)) return false;
    return isFaultOfRepeatedBatch(error);
  }

  #restart(): Promise<void> {
    this.#log.info(`${this.name}: a batch was done again after a crash; going on behind it`);
    this.#restarting = this.#start().then((query) => {
      this.#query = query;
    });
    return this.#restarting;
  }
}

/**
 * Whether a query failed with the NullPointerException of `KafkaMicroBatchStream.metrics`. Java leaves message and stack
 * out when it has thrown it often.
 */
export function isFaultOfRepeatedBatch({ message, serverStackTrace = '' }: SparkConnectError): boolean {
  const cause = /terminated with exception:\s*(.*)/s.exec(message)?.[1] ?? message;
  if (/KafkaMicroBatchStream\$?\.metrics/.test(`${message}\n${serverStackTrace}`)) return true;
  if (/^Cannot invoke "scala\.collection\.IterableOps\.map\(/.test(cause)) return true;
  return /^(?:null|java\.lang\.NullPointerException)?\s*(?:SQLSTATE|=== Streaming Query|$)/.test(cause.trim());
}
