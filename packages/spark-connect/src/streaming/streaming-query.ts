import { randomUUID } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { CallOptions, CallSignal } from '../client/connect-options.ts';
import { pause } from '../client/retry-policy.ts';
import type { SessionClient } from '../client/session-client.ts';
import { unlessAborted } from '../client/unless-aborted.ts';
import { SparkConnectError } from '../errors.ts';
import {
  CommandSchema,
  type StreamingQueryCommandResult,
  type StreamingQueryCommandResult_StatusResult,
  StreamingQueryCommandSchema,
} from '../gen/spark/connect/commands_pb.js';
import { askPersistently, wasForgotten } from './forgotten-call.ts';
import { endedByStop, keepOwnRun } from './own-runs.ts';
import { parseProgress, type StreamingQueryProgress } from './progress.ts';
import { asQueryFailure, handlerFailure } from './query-failure.ts';
import { timeLeft, wholeTimeout } from './timeout.ts';

/**
 * What a query does at this moment.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQuery.status.html
 */
export interface StreamingQueryStatus {
  /** What it is doing, in a sentence for people. */
  readonly message: string;
  /** Whether there is new data to be processed. */
  readonly isDataAvailable: boolean;
  /** Whether a batch is being made; false while it waits for the next. */
  readonly isTriggerActive: boolean;
}

/** What the TypeScript side of a foreachBatch query offers to its query. */
export interface AttachedHandler {
  /** Settles when no more batch is handled; rejects with the very error that the handler threw. */
  readonly finished: Promise<void>;
  /** Whether whoever asks is called by the handler: the handler then waits for him, and he cannot wait for the handler. */
  readonly isCaller: boolean;
  /**
   * Takes no new batch, and waits up to so many milliseconds for the one in hand.
   * @returns the id of the last batch that was acknowledged, -1 where there is none.
   */
  drain(timeoutMs: number): Promise<number>;
  /** Takes batches again, for the stop that a {@link drain} was for has been given up. */
  resume(): void;
  /** Told before each call that waits for the query's end: a batch interrupts that call on the server. */
  waitsIn(operationId: string): void;
  /** That call has been interrupted. */
  wake(): void;
  /** Aborts the handler's signal and ends the rendezvous. */
  close(): void;
  /** The query is over on the server: removes what was left there for it. */
  forget(): Promise<void>;
  /**
   * Known after {@link forget}: a stop reached the query while it waited for the handler. Spark then reports the wait's end
   * as a failure.
   */
  readonly wasStopped: boolean;
}

/** How a query is stopped. */
export interface StopOptions extends CallSignal {
  /**
   * foreachBatch only: let the batch in hand be handled and committed for up to so many milliseconds (default 0: its
   * signal fires at once). Nothing to a handler that stops its own query: its signal fires at once.
   */
  readonly drainTimeoutMs?: number | undefined;
}

const COMMIT_POLL_MS = 10;

type QueryCommand = NonNullable<MessageInitShape<typeof StreamingQueryCommandSchema>['command']>;

/**
 * A streaming query that runs on the server. Its handle may be made in any process that joins the query's session.
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQuery.html
 */
export class StreamingQuery {
  /** Stays the same over restarts from one checkpoint. */
  readonly id: string;
  /** New with every start. */
  readonly runId: string;
  /** As the writer named it. */
  readonly name: string | undefined;
  readonly #client: SessionClient;
  readonly #handler: AttachedHandler | undefined;
  /** Resolves when the query has ended and its handler has been told. */
  readonly #over: Promise<void>;

  constructor(
    client: SessionClient,
    identity: { id: string; runId: string; name: string | undefined },
    handler?: AttachedHandler,
  ) {
    this.#client = client;
    this.id = identity.id;
    this.runId = identity.runId;
    this.name = identity.name;
    this.#handler = handler;
    this.#over = handler ? this.#followEnd(handler) : Promise.resolve();
    if (handler)
      keepOwnRun(
        client,
        this.runId,
        this.#over.then(() => handler.wasStopped),
      );
  }

  /** Whether it runs. */
  async isActive(options: CallSignal = {}): Promise<boolean> {
    return (await this.#fetchStatus(options)).isActive;
  }

  /** What it does at this moment. */
  async status(options: CallSignal = {}): Promise<StreamingQueryStatus> {
    const { statusMessage, isDataAvailable, isTriggerActive } = await this.#fetchStatus(options);
    return { message: statusMessage, isDataAvailable, isTriggerActive };
  }

  /** The newest report, or undefined before the first batch. */
  async lastProgress(options: CallSignal = {}): Promise<StreamingQueryProgress | undefined> {
    return (await this.#progress({ case: 'lastProgress', value: true }, options)).at(-1);
  }

  /** The reports that the server still keeps (100 by default), oldest first. */
  recentProgress(options: CallSignal = {}): Promise<StreamingQueryProgress[]> {
    return this.#progress({ case: 'recentProgress', value: true }, options);
  }

  /**
   * Why the query failed, or undefined while it runs or when it was stopped. Its cause is what the foreachBatch handler
   * threw, the very object, where that ran in this process.
   */
  async exception(options: CallSignal = {}): Promise<SparkConnectError | undefined> {
    const result = await this.#command({ case: 'exception', value: true }, options);
    if (result.resultType.case !== 'exception' || result.resultType.value.exceptionMessage === undefined)
      return undefined;
    if (await unlessAborted(this.#endedByStop(), options.signal)) return undefined;
    const { exceptionMessage, errorClass, stackTrace } = result.resultType.value;
    const cause = handlerFailure(this.#client, this.runId)?.error;
    return new SparkConnectError('query-failed', exceptionMessage, { errorClass, serverStackTrace: stackTrace, cause });
  }

  /**
   * Waits for the end of the query, and of the foreachBatch handler that is still busy then (its signal has fired); the
   * handler itself, when it waits here, does not wait for itself.
   * @param timeoutMs gives up waiting after so long; without it, or with Infinity, waits for ever.
   * @returns whether the query has ended; always true without a timeout.
   * @throws what the foreachBatch handler threw, the very object; otherwise SparkConnectError `query-failed` where the query failed,
   * `invalid-argument` for a timeout that is not above zero.
   */
  async awaitTermination(timeoutMs?: number, { signal }: CallSignal = {}): Promise<boolean> {
    const limit = wholeTimeout(timeoutMs);
    const deadline = limit === undefined ? undefined : performance.now() + limit;
    let ended: boolean;
    try {
      const result = await askPersistently(() =>
        this.#command({ case: 'awaitTermination', value: timeLeft(deadline) }, { signal }),
      );
      ended = result.resultType.case === 'awaitTermination' && result.resultType.value.terminated;
    } catch (error) {
      // A call that was interrupted, alone or with other work of the session, tells nothing of the query, which may go on.
      if (signal?.aborted || wasInterrupted(error)) throw error;
      // The handler's own error says more than the server's report of it.
      if (!(await this.#handlerEnded(deadline, signal))) return false;
      if (await unlessAborted(this.#endedByStop(), signal)) return true;
      throw asQueryFailure(this.#client, error);
    }
    return ended && (await this.#handlerEnded(deadline, signal));
  }

  /**
   * Stops the query and waits until it has stopped; harmless when it has ended already. Waits for the foreachBatch handler
   * too, unless that is what calls: its batch then is not committed, and comes again with the next start.
   */
  async stop({ drainTimeoutMs = 0, signal }: StopOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const isHandler = this.#handler?.isCaller === true;
    if (this.#handler && drainTimeoutMs > 0 && !isHandler) await this.#drain(this.#handler, drainTimeoutMs, signal);
    this.#handler?.close();
    await this.#command({ case: 'stop', value: true }, { signal });
    // A handler's own error belongs to awaitTermination; whoever stops the query did not ask for it.
    const finished = isHandler ? undefined : this.#handler?.finished.catch(() => undefined);
    await unlessAborted(
      Promise.resolve(finished).then(() => this.#over),
      signal,
    );
  }

  /** Waits until all data that is available now has been processed; for tests. */
  async processAllAvailable(options: CallSignal = {}): Promise<void> {
    await this.#command({ case: 'processAllAvailable', value: true }, options);
  }

  /** The physical plan of the last micro-batch, or with `extended` the logical ones too. */
  async explain(extended = false, options: CallSignal = {}): Promise<string> {
    const result = await this.#command({ case: 'explain', value: { extended } }, options);
    return result.resultType.case === 'explain' ? result.resultType.value.result : '';
  }

  /**
   * A query may end on the server for reasons of its own: its handler must learn of it although nobody awaits the end. The
   * call that waits for it is the one that a batch interrupts.
   */
  async #followEnd(handler: AttachedHandler): Promise<void> {
    for (;;) {
      const operationId = randomUUID();
      handler.waitsIn(operationId);
      try {
        await this.#command({ case: 'awaitTermination', value: {} }, { operationId, isOwn: true });
        break;
      } catch (error) {
        const { code } = SparkConnectError.from(error);
        // Where there is no server or no session, there is nothing to remove.
        if (code === 'unavailable' || code === 'session-closed') return handler.close();
        // Whoever awaits the end is told why.
        if (!wasInterrupted(error) && !wasForgotten(error)) break;
        handler.wake();
      }
    }
    await handler.forget();
  }

  /**
   * Ends the handler, for the query has ended.
   * @returns false where the deadline passed before the handler returned.
   * @throws what the handler threw: it says more than the server's report of it.
   */
  async #handlerEnded(deadline: number | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#handler) return true;
    this.#handler.close();
    const finished = this.#handler.isCaller ? Promise.resolve() : this.#handler.finished;
    const both = finished.finally(() => this.#over).then(() => true);
    if (deadline === undefined && signal === undefined) return both;
    const settled = new AbortController();
    // A few milliseconds even where the time is over: a handler that heeds its signal has returned by then.
    const leftMs = deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(50, deadline - performance.now());
    const late = pause(leftMs, settled.signal, signal).then(() => false);
    late.catch(() => undefined);
    return Promise.race([both, late]).finally(() => settled.abort());
  }

  /** A query that takes no batch and is not stopped either would wait for ever. */
  async #drain(handler: AttachedHandler, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    try {
      await this.#committed(await unlessAborted(handler.drain(timeoutMs), signal), deadline, { signal });
    } catch (error) {
      handler.resume();
      throw error;
    }
  }

  /** Known once it is over, whichever handle of this process asks. */
  async #endedByStop(): Promise<boolean> {
    await this.#over;
    return this.#handler?.wasStopped ?? endedByStop(this.#client, this.runId);
  }

  /** Spark reports a batch after it has committed it. */
  async #committed(batchId: number, deadline: number, options: CallSignal): Promise<void> {
    const own = { ...options, isOwn: true };
    while (batchId >= 0 && performance.now() < deadline) {
      if (((await this.lastProgress(own))?.batchId ?? -1) >= batchId || !(await this.isActive(own))) return;
      await pause(COMMIT_POLL_MS, options.signal);
    }
  }

  async #fetchStatus(options: CallSignal): Promise<StreamingQueryCommandResult_StatusResult> {
    const result = await this.#command({ case: 'status', value: true }, options);
    if (result.resultType.case !== 'status')
      throw new SparkConnectError('protocol', `no status of query ${this.id} in the answer`);
    return result.resultType.value;
  }

  async #progress(command: QueryCommand, options: CallSignal): Promise<StreamingQueryProgress[]> {
    const result = await this.#command(command, options);
    return result.resultType.case === 'recentProgress'
      ? result.resultType.value.recentProgressJson.map(parseProgress)
      : [];
  }

  async #command(command: QueryCommand, options: CallOptions = {}): Promise<StreamingQueryCommandResult> {
    const streamingQueryCommand = create(StreamingQueryCommandSchema, {
      queryId: { id: this.id, runId: this.runId },
      command,
    });
    const message = create(CommandSchema, {
      commandType: { case: 'streamingQueryCommand', value: streamingQueryCommand },
    });
    const retryPolicy = this.#client.streamingRetryPolicy;
    for (const { responseType } of await this.#client.runCommand(message, { ...options, retryPolicy })) {
      if (responseType.case === 'streamingQueryCommandResult') return responseType.value;
    }
    throw new SparkConnectError('protocol', `the server did not answer "${command.case}" of query ${this.id}`);
  }
}

function wasInterrupted(error: unknown): boolean {
  return error instanceof SparkConnectError && error.errorClass === 'OPERATION_CANCELED';
}
