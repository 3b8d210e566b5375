import { create } from '@bufbuild/protobuf';
import type { Row } from '../arrow/index.ts';
import type { CallSignal } from '../client/connect-options.ts';
import { SparkConnectError } from '../errors.ts';
import { RelationSchema } from '../gen/spark/connect/relations_pb.js';
import { compileRelation } from '../plan/compile/index.ts';
import { relation } from '../plan/relations/index.ts';
import { type ForeachBatchOptions, startForeachBatch } from '../streaming/foreach-batch/index.ts';
import { type OutputMode, type StreamSpecification, startStream } from '../streaming/start-stream.ts';
import { StreamingQuery } from '../streaming/streaming-query.ts';
import { checkedTrigger, type Trigger } from '../streaming/trigger.ts';
import type { DataFrame } from './data-frame/index.ts';
import { type ForeachRow, foreachRows } from './foreach-rows.ts';
import { mergeOptions, type OptionValue, type OptionValues } from './options.ts';

/** What a foreachBatch handler is told besides the batch. */
export interface ForeachBatchContext {
  /** Fires when the query is stopped or has ended: a handler that works for long should give up then. */
  readonly signal: AbortSignal;
}

/**
 * Handles one micro-batch; Spark commits the batch when the returned promise has resolved.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.foreachBatch.html
 */
export type ForeachBatchHandler = (
  batch: DataFrame,
  batchId: number,
  context: ForeachBatchContext,
) => Promise<void> | void;

interface Handling {
  readonly handler: ForeachBatchHandler;
  readonly options: ForeachBatchOptions;
}

/**
 * Describes and starts a streaming query. Immutable: every method returns a new writer.
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.html
 */
export class DataStreamWriter {
  readonly #frame: DataFrame;
  readonly #specification: StreamSpecification;
  readonly #handling: Handling | undefined;

  constructor(
    frame: DataFrame,
    specification: StreamSpecification = { options: {}, partitionBy: [] },
    handling?: Handling,
  ) {
    this.#frame = frame;
    this.#specification = Object.freeze(specification);
    this.#handling = handling;
  }

  /** The sink: `console`, `parquet`, `kafka`, `memory`, `noop` … */
  format(format: string): DataStreamWriter {
    return this.#with({ format });
  }

  /** Which rows of a result that changes are written. */
  outputMode(outputMode: OutputMode): DataStreamWriter {
    return this.#with({ outputMode });
  }

  /** The query's name, unique among the session's active queries; a memory sink's table has it too. */
  queryName(queryName: string): DataStreamWriter {
    return this.#with({ queryName });
  }

  /**
   * `{ processingTime: '10 seconds' }`, `{ availableNow: true }`, `{ once: true }`, `{ continuous: '1 second' }` or (4.2) `{ realTime: '5 minutes' }`.
   * By default a batch begins when the one before is done.
   *
   * @throws SparkConnectError invalid-argument for none or several of these, and for a wrong value
   */
  trigger(trigger: Trigger): DataStreamWriter {
    return this.#with({ trigger: checkedTrigger(trigger) });
  }

  /** An option of the sink, and `checkpointLocation`. */
  option(key: string, value: OptionValue): DataStreamWriter {
    return this.options({ [key]: value });
  }

  /** Options of the sink, and `checkpointLocation`. */
  options(options: OptionValues): DataStreamWriter {
    return this.#with({ options: mergeOptions(this.#specification.options, options) });
  }

  /** Since Spark 4.0. */
  clusterBy(...columns: string[]): DataStreamWriter {
    return this.#with({ clusterBy: columns });
  }

  /** A folder for each combination of the values of these columns. */
  partitionBy(...columns: string[]): DataStreamWriter {
    return this.#with({ partitionBy: columns });
  }

  /**
   * Has every micro-batch handled by a function in this process, at least once: a handler that throws fails the query, and
   * its batch comes again, with the same id and rows, when the query is restarted from its checkpoint. Each action on the
   * batch computes it anew unless it is persisted.
   *
   * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.foreachBatch.html
   */
  foreachBatch(handler: ForeachBatchHandler, options: ForeachBatchOptions = {}): DataStreamWriter {
    return new DataStreamWriter(this.#frame, this.#specification, { handler, options });
  }

  /**
   * Hands every row to a function in this process, on top of {@link foreachBatch} and with its guarantee: at least once.
   */
  foreach<T = Row>(each: ForeachRow<T>, options: ForeachBatchOptions = {}): DataStreamWriter {
    return this.foreachBatch(foreachRows(each), options);
  }

  /**
   * Starts the query.
   * @param path where a file sink writes; the same as the option `path`.
   * @param options.signal where it fires late, the query may have started: `streams.active()` has it then
   * @throws SparkConnectError as Spark refuses it, e.g. for an output mode that the plan does not allow.
   */
  async start(path?: string, options: CallSignal = {}): Promise<StreamingQuery> {
    const specification = path === undefined ? this.#specification : { ...this.#specification, destination: { path } };
    return this.#start(specification, options);
  }

  /** Starts the query, appending to a table. */
  async toTable(tableName: string, options: CallSignal = {}): Promise<StreamingQuery> {
    return this.#start({ ...this.#specification, destination: { tableName } }, options);
  }

  async #start(specification: StreamSpecification, { signal }: CallSignal): Promise<StreamingQuery> {
    const { session, node } = this.#frame;
    const input = compileRelation(node);
    if (this.#handling === undefined) {
      const started = await startStream(session.client, input, specification, { signal });
      await started.tellListeners();
      return new StreamingQuery(session.client, started);
    }
    if (specification.format !== undefined || specification.destination !== undefined) {
      throw new SparkConnectError(
        'invalid-argument',
        'a foreachBatch query has no other sink: leave out format, path and table',
      );
    }
    const { handler, options } = this.#handling;
    const handle = async ({ batchId, relationId }: { batchId: number; relationId: string }, signal: AbortSignal) => {
      const relType = { case: 'cachedRemoteRelation', value: { relationId } } as const;
      const batch = session.dataFrame(
        relation({ kind: 'serverRelation', relation: create(RelationSchema, { relType }) }),
      );
      await handler(batch, batchId, { signal });
    };
    return startForeachBatch(session.client, input, specification, handle, { ...options, signal });
  }

  #with(change: Partial<StreamSpecification>): DataStreamWriter {
    return new DataStreamWriter(this.#frame, { ...this.#specification, ...change }, this.#handling);
  }
}
