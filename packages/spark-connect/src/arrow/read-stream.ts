import * as zlib from 'node:zlib';
import { CompressionType, compressionRegistry, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { decompress as decompressZstd } from 'fzstd';
import { SparkConnectError } from '../errors.ts';
import { decodeLz4Frame } from './lz4-frame.ts';

// Spark 4.1 compresses where spark.sql.execution.arrow.compression.codec says so.
compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame });
// Node has it from 22.15 on, and several times faster.
const zstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');
compressionRegistry.set(CompressionType.ZSTD, { decode: decodeZstd });

function decodeZstd(data: Uint8Array): Uint8Array {
  // Nothing is sent as nothing, without the frame that Node 24 asks for.
  if (data.length === 0) return data;
  // Copied: a view into its output may begin anywhere, and a column's values must not.
  return new Uint8Array(typeof zstd === 'function' ? zstd(data) : decompressZstd(data));
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
    throw new SparkConnectError('decode', `the batch cannot be read: ${why}`, { cause });
  }
  throw new SparkConnectError('decode', 'the batch cannot be read: it has no schema');
}

/** A byte field of a protobuf message starts anywhere: one copy here is cheaper than one for each column. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % ALIGNMENT_BYTES === 0 ? bytes : new Uint8Array(bytes);
}
