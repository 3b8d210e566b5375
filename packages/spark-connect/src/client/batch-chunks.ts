import { SparkConnectError } from '../errors.ts';
import type { ExecutePlanResponse, ExecutePlanResponse_ArrowBatch } from '../gen/spark/connect/base_pb.js';
import { DEFAULT_MAX_MESSAGE_BYTES } from './connection-string.ts';

/**
 * Puts Arrow batches together that the server has cut into chunks, since one response could not hold them.
 *
 * Each chunk is a response of its own: `chunk_index` counts from 0 to `num_chunks_in_batch` - 1, and all of them tell the
 * whole batch's rows and offset. A batch without those numbers is whole.
 */
export class BatchChunks {
  #chunks: Uint8Array[] = [];

  /** The response as it is, or with the whole batch where it brought the last chunk; undefined while some are due. */
  add(response: ExecutePlanResponse): ExecutePlanResponse | undefined {
    if (response.responseType.case !== 'arrowBatch') return response;
    const batch = response.responseType.value;
    const count = Number(batch.numChunksInBatch ?? 0n);
    if (count === 0) {
      this.requireWhole();
      return response;
    }
    const index = Number(batch.chunkIndex ?? 0n);
    if (index !== this.#chunks.length || index >= count)
      throw wrongChunk(`chunk ${index} of ${count} came where chunk ${this.#chunks.length} was due`);
    this.#chunks.push(batch.data);
    if (this.#chunks.length < count) return undefined;
    const value: ExecutePlanResponse_ArrowBatch = { ...batch, data: this.#take() };
    return { ...response, responseType: { case: 'arrowBatch', value } };
  }

  /** @throws SparkConnectError `protocol` where a batch has begun and not ended */
  requireWhole(): void {
    if (this.#chunks.length > 0) throw wrongChunk(`a batch ended after ${this.#chunks.length} of its chunks`);
  }

  #take(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }
}

function wrongChunk(why: string): SparkConnectError {
  return new SparkConnectError('protocol', why);
}

/** The server takes no less. */
const MIN_CHUNK_BYTES = 1_024;

/**
 * The size of pieces to ask for: what fits a message of less than the usual size beside what else is in it; the
 * server's own choice fits the usual one.
 */
export function chunkBytesFor(maxMessageBytes: number | undefined): number | undefined {
  if (maxMessageBytes === undefined || maxMessageBytes >= DEFAULT_MAX_MESSAGE_BYTES) return undefined;
  return Math.max(MIN_CHUNK_BYTES, Math.floor(maxMessageBytes / 2));
}
