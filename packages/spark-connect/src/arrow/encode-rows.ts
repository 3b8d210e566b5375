import { RecordBatch, RecordBatchStreamWriter, Schema } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { UnfitValue } from './convert-value.ts';
import { withDistinctNames } from './distinct-names.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { type Missing, pathOf, StructBuilder } from './nested-builder.ts';

/**
 * A row to send: an object with the columns as keys, also one of a class or an interface, or an array of the values in
 * the order of the columns.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.createDataFrame.html
 */
export type InputRow = object | readonly unknown[];

/** What a value is expected to take. Where it takes more its column grows, and what is there is copied. */
const BYTES_PER_VALUE = 8;

/** Looking at each row how large the batch is would cost more than it spares. */
const ROWS_PER_LOOK = 64;

/**
 * Writes rows as an Arrow IPC stream, the form in which a local relation travels.
 *
 * Strict: every key must be a column and every column a key (unless `missing` is `null`), and a value is taken only where nothing is lost.
 * INT takes number or bigint in range; BIGINT bigint or a safe whole number; DECIMAL Decimal, text, number or bigint
 * with no more digits than the column; TIMESTAMP Timestamp, Date or ISO text with a zone; DATE LocalDate or text;
 * MAP a Map; STRUCT an object or an array.
 *
 * Names that repeat or are empty are others in the bytes, in every depth.
 *
 * @param batchBytes about how large a record batch grows before the next one begins; by default there is one
 * @param missing what becomes of a value that is not there
 * @throws SparkConnectError `encode`, naming the row (from 0) and the column
 */
export function encodeRows(
  rows: readonly InputRow[],
  schema: StructType,
  batchBytes = Number.POSITIVE_INFINITY,
  missing: Missing = 'refused',
): Uint8Array {
  const rowsOfBatch = Math.ceil(batchBytes / (Math.max(1, schema.fields.length) * BYTES_PER_VALUE));
  const builder = locating(() => new StructBuilder(schema, Math.max(1, Math.min(rows.length, rowsOfBatch)), missing));
  const arrowSchema = new Schema([...withDistinctNames(builder.fields)]);
  const stream = new GrowingBytes();
  const writer = new RecordBatchStreamWriter();
  writer.reset(stream, arrowSchema);
  const writeBatch = () => writer.write(new RecordBatch(arrowSchema, builder.finish()));
  let index = 0;
  try {
    for (; index < rows.length; index++) {
      if (index > 0 && index % ROWS_PER_LOOK === 0 && builder.byteLength >= batchBytes) {
        writeBatch();
        builder.reset();
        stream.expect((stream.byteLength / index) * rows.length);
      }
      builder.append(rows[index]);
    }
  } catch (error) {
    throw located(error, index);
  }
  if (rows.length > 0) locating(writeBatch);
  writer.finish();
  return stream.bytes();
}

function locating<V>(run: () => V): V {
  try {
    return run();
  } catch (error) {
    throw located(error);
  }
}

function located(error: unknown, rowIndex?: number): unknown {
  if (!(error instanceof UnfitValue) && !(error instanceof RangeError)) return error;
  const path = error instanceof UnfitValue ? pathOf(error).join('.') : '';
  const where = [rowIndex === undefined ? '' : `row ${rowIndex}`, path && `column ${path}`].filter(Boolean).join(', ');
  return new SparkConnectError('encode', where ? `${where}: ${error.message}` : error.message, { cause: error });
}
