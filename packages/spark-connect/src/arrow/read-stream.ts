import { type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';

/** Buffers of a message are aligned to this many bytes, counted from its start. */
const ALIGNMENT_BYTES = 8;

/**
 * Reads an Arrow IPC stream: a schema and any number of record batches, which look into the bytes given.
 *
 * @throws SparkConnectError `decode`
 */
export function readArrowStream(ipc: Uint8Array): { schema: Schema; batches: RecordBatch[] } {
  try {
    const reader = RecordBatchReader.from(aligned(ipc)).open();
    if (reader.schema) return { schema: reader.schema, batches: [...reader].filter((batch) => batch.numRows > 0) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = why.includes('compressed') ? ': unset spark.sql.execution.arrow.compression.codec on the server' : '';
    throw new SparkConnectError('decode', `the batch cannot be read: ${why}${hint}`, { cause });
  }
  throw new SparkConnectError('decode', 'the batch cannot be read: it has no schema');
}

/** A byte field of a protobuf message starts anywhere: one copy here is cheaper than one for each column. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % ALIGNMENT_BYTES === 0 ? bytes : new Uint8Array(bytes);
}
