import { type RecordBatch, Table, tableToIPC } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { readArrowStream } from './read-stream.ts';
import { schemaFromArrow } from './schema-from-arrow.ts';

/** Whether something is a Table of apache-arrow's, also of another copy of it. */
export function isArrowTable(value: object): value is Table {
  return value instanceof Table;
}

/**
 * A table as it travels, and Spark's schema of it.
 *
 * @throws SparkConnectError `decode` for a type that Spark has not, naming the column
 */
export function encodeTable(table: Table): { schema: StructType; data: Uint8Array } {
  return { schema: schemaFromArrow(table.schema), data: tableToIPC(table, 'stream') };
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
  const batches: RecordBatch[] = streams.flatMap((stream) => stream.batches);
  return new Table(first.schema, batches);
}
