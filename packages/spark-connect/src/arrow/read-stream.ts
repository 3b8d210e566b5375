import * as zlib from 'node:zlib';
import { CompressionType, compressionRegistry, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import { decodeLz4Frame } from './lz4-frame.ts';

// Spark 4.1 compresses where spark.sql.execution.arrow.compression.codec says so.
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame });
// Node has it from 22.15 on.
const zstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');
if (typeof zstd === 'function') {
  compressionRegistry.set(CompressionType.ZSTD, { decode: (data) => new Uint8Array(zstd(data)) });
}

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
    const hint = /compress|codec/i.test(why)
      ? ': set spark.sql.execution.arrow.compression.codec to lz4 or none (zstd needs Node 22.15)'
      : '';
    throw new SparkConnectError('decode', `the batch cannot be read: ${why}${hint}`, { cause });
  }
  throw new SparkConnectError('decode', 'the batch cannot be read: it has no schema');
}

/** A byte field of a protobuf message starts anywhere: one copy here is cheaper than one for each column. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % ALIGNMENT_BYTES === 0 ? bytes : new Uint8Array(bytes);
}
