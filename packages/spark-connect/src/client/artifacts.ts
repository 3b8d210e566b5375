/**
 * Files and rows that a session keeps on the server.
 *
 * Up to 1 MiB an artifact travels whole, in a batch; a larger one as a beginning and chunks of that size, each with its CRC. Spark's own
 * clients send chunks of 32 KiB; servers take any size, and spend a fifth less processor time on these:
 * https://github.com/apache/spark/blob/master/sql/connect/common/src/main/protobuf/spark/connect/base.proto (AddArtifactsRequest)
 */
import { crc32 } from 'node:zlib';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import {
  type AddArtifactsRequest,
  AddArtifactsRequestSchema,
  type AddArtifactsResponse,
} from '../gen/spark/connect/base_pb.js';

export interface Artifact {
  /** A relative path whose first part says what it is: `jars/…`, `files/…`, `archives/…`, `cache/…`, `forward_to_fs/…`. */
  readonly name: string;
  readonly data: Uint8Array;
}

const CHUNK_BYTES = 1024 * 1024;

type Common = Omit<MessageInitShape<typeof AddArtifactsRequestSchema>, 'payload' | '$typeName'>;

/** The requests that carry the artifacts, one after the other. */
export function* artifactRequests(common: Common, artifacts: readonly Artifact[]): Generator<AddArtifactsRequest> {
  const request = (payload: NonNullable<MessageInitShape<typeof AddArtifactsRequestSchema>['payload']>) =>
    create(AddArtifactsRequestSchema, { ...common, payload });
  for (const { name, data } of artifacts) {
    if (data.byteLength <= CHUNK_BYTES) {
      yield request({ case: 'batch', value: { artifacts: [{ name, data: chunk(data) }] } });
      continue;
    }
    const numChunks = BigInt(Math.ceil(data.byteLength / CHUNK_BYTES));
    const initialChunk = chunk(data.subarray(0, CHUNK_BYTES));
    const totalBytes = BigInt(data.byteLength);
    yield request({ case: 'beginChunk', value: { name, totalBytes, numChunks, initialChunk } });
    for (let from = CHUNK_BYTES; from < data.byteLength; from += CHUNK_BYTES) {
      yield request({ case: 'chunk', value: chunk(data.subarray(from, from + CHUNK_BYTES)) });
    }
  }
}

/** @throws SparkConnectError `protocol` where something arrived damaged */
export function requireIntact({ artifacts }: AddArtifactsResponse): void {
  const damaged = artifacts.filter(({ isCrcSuccessful }) => !isCrcSuccessful).map(({ name }) => name);
  if (damaged.length > 0)
    throw new SparkConnectError('protocol', `arrived damaged at the server: ${damaged.join(', ')}`);
}

function chunk(data: Uint8Array) {
  return { data, crc: BigInt(crc32(data)) };
}
