import { RecordBatch, type Schema, Table, tableToIPC } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { checkCasts } from './check-casts.ts';
import { withDistinctNames } from './distinct-names.ts';
import { fitTable } from './fit-table.ts';
import { namesRepeat, PositionalSchema, withFields } from './positional-schema.ts';
import { readArrowStream } from './read-stream.ts';
import { withRequiredColumns } from './required-columns.ts';
import { schemaFromArrow } from './schema-from-arrow.ts';

/** Whether something is a Table of apache-arrow's, also of another copy of it. */
export function isArrowTable(value: object): value is Table {
  return value instanceof Table;
}

/**
 * A table as it travels, and Spark's schema of it; no data where it has no rows, which 3.5 would not read.
 *
 * @param wanted what the server is to cast it to
 * @param firstRow where the table begins in what the program gave
 * @throws SparkConnectError `decode` for a type that Spark has not, `encode` for a value that it cannot hold, both naming
 *   the column
 */
export function encodeTable(
  table: Table,
  wanted?: StructType,
  firstRow = 0,
): { schema: StructType; data?: Uint8Array } {
  const fit = fitTable(table);
  if (wanted === undefined) return encoded(fit.fitted, fit.schema);
  checkCasts(fit.fitted, fit.schema, wanted, firstRow);
  const strict = withRequiredColumns(fit.fitted, wanted, firstRow);
  return encoded(strict, schemaFromArrow(strict.schema));
}

function encoded(table: Table, schema: StructType): { schema: StructType; data?: Uint8Array } {
  return table.numRows === 0 ? { schema } : { schema, data: tableToIPC(withDistinctColumns(table), 'stream') };
}

function withDistinctColumns(table: Table): Table {
  const fields = withDistinctNames(table.schema.fields);
  return fields === table.schema.fields ? table : withFields(table, fields);
}

/** A table for each batch of one; the table itself where it has no rows. */
export function tablesOfBatches(table: Table): Table[] {
  return table.batches.length > 1 ? table.batches.map((batch) => new Table(batch)) : [table];
}

/**
 * One table of the messages of a result; it looks into their bytes.
 *
 * @throws SparkConnectError `decode`; `protocol` where there is no message
 */
export function decodeTable(messages: readonly Uint8Array[]): Table {
  const streams = messages.map(readArrowStream);
  const [first] = streams;
  if (first === undefined) throw new SparkConnectError('protocol', 'the server sent no batch where one was due');
  return tableOf(
    first.schema,
    streams.flatMap((stream) => stream.batches),
  );
}

function tableOf(schema: Schema, batches: readonly RecordBatch[]): Table {
  try {
    if (!namesRepeat(schema)) return new Table(schema, [...batches]);
    const own = new PositionalSchema(schema.fields, schema.metadata);
    return new Table(
      own,
      batches.map(({ data }) => new RecordBatch(own, data)),
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SparkConnectError('decode', `the batches make no table: ${why}`, { cause });
  }
}
