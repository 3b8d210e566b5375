import type { ExecutePlanResponse } from '../gen/spark/connect/base_pb.js';

/** Arrow's buffers are read where they lie if the stream that they are in begins at a multiple of so many bytes. */
const ALIGNMENT_BYTES = 8;
/** Smaller messages may share their memory with others, and are copied soon enough. */
const OWN_MEMORY_BYTES = 64 * 1024;

/**
 * Moves a batch to where its values can be read without a copy: a few bytes to the left, over fields of its message that have been read. The
 * message must be in memory that nobody else knows, as it is when gRPC has put it together.
 */
export function alignBatch({ responseType }: ExecutePlanResponse): void {
  if (responseType.case !== 'arrowBatch') return;
  const { data } = responseType.value;
  const shift = data.byteOffset % ALIGNMENT_BYTES;
  if (shift === 0 || data.byteLength < OWN_MEMORY_BYTES) return;
  const moved = new Uint8Array(data.buffer, data.byteOffset - shift, data.byteLength);
  moved.set(data);
  responseType.value.data = moved;
}
