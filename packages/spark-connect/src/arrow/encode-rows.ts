import { RecordBatch, Schema, Table, tableToIPC } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { UnfitValue } from './convert-value.ts';
import { pathOf, StructBuilder } from './nested-builder.ts';

/** A row to send: an object with the columns as keys, or the values by position. */
export type InputRow = Readonly<Record<string, unknown>> | readonly unknown[];

/**
 * Writes rows as an Arrow IPC stream, the form in which a local relation travels.
 *
 * Strict: every key must be a column and every column a key, and a value is taken only where nothing is lost.
 * INT takes number or bigint in range; BIGINT bigint or a safe whole number; DECIMAL Decimal, text, number or bigint
 * with no more digits than the column; TIMESTAMP Timestamp, Date or ISO text with a zone; DATE LocalDate or text;
 * MAP a Map; STRUCT an object or an array.
 *
 * @throws SparkConnectError `encode`, naming the row (from 0) and the column
 */
export function encodeRows(rows: readonly InputRow[], schema: StructType): Uint8Array {
  const builder = locating(() => new StructBuilder(schema));
  for (const [index, row] of rows.entries()) locating(() => builder.append(row), index);
  const arrowSchema = new Schema(builder.fields);
  const batches =
    rows.length === 0
      ? []
      : [
          new RecordBatch(
            arrowSchema,
            locating(() => builder.finish()),
          ),
        ];
  return tableToIPC(new Table(arrowSchema, batches), 'stream');
}

function locating<V>(run: () => V, rowIndex?: number): V {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UnfitValue) && !(error instanceof RangeError)) throw error;
    const path = error instanceof UnfitValue ? pathOf(error).join('.') : '';
    const where = [rowIndex === undefined ? '' : `row ${rowIndex}`, path && `column ${path}`]
      .filter(Boolean)
      .join(', ');
    throw new SparkConnectError('encode', where ? `${where}: ${error.message}` : error.message, { cause: error });
  }
}
