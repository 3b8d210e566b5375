import type { Row } from '../arrow/index.ts';
import { errorText } from '../streaming/error-text.ts';
import type { ForeachBatchHandler } from './data-stream-writer.ts';

/**
 * Writes the rows of a stream one by one, in this process.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.foreach.html
 */
export interface ForeachWriter<T = Row> {
  /**
   * Before the rows of a batch; false passes the batch over, for instance because it has been written already. Only false
   * does: an `open` that returns nothing takes the rows, which in PySpark it would not.
   */
  open?(batchId: number): boolean | Promise<boolean>;
  /** Takes one row. What it throws fails the query, after `close`. */
  process(row: T): void | Promise<void>;
  /**
   * After the rows of a batch, with what went wrong, if anything did; also of one that `open` passed over, but not where
   * `open` threw. Where `process` has failed and this throws too, the query fails with an AggregateError of both, whose
   * cause is the error of `process`.
   */
  close?(error: unknown): void | Promise<void>;
}

/**
 * Handles rows one by one: a function, or an object that is told of each batch too.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.foreach.html
 */
export type ForeachRow<T = Row> = ForeachWriter<T> | ForeachWriter<T>['process'];

/** `foreach` on top of `foreachBatch`: rows come batch by batch, one Arrow batch in memory at a time. */
export function foreachRows<T>(each: ForeachRow<T>): ForeachBatchHandler {
  const writer: ForeachWriter<T> = typeof each === 'function' ? { process: each } : each;
  return async (batch, batchId, { signal }) => {
    const takesRows = (await writer.open?.(batchId)) !== false;
    let failure: { readonly error: unknown } | undefined;
    try {
      if (takesRows) for await (const row of batch.toLocalIterator<T>({ signal })) await writer.process(row);
    } catch (error) {
      failure = { error };
    }
    try {
      await writer.close?.(failure?.error);
    } catch (error) {
      throw failure === undefined ? error : bothFailed(failure.error, error);
    }
    if (failure !== undefined) throw failure.error;
  };
}

function bothFailed(processing: unknown, closing: unknown): AggregateError {
  const message = `${errorText(processing)}; close failed too: ${errorText(closing)}`;
  return new AggregateError([processing, closing], message, { cause: processing });
}
