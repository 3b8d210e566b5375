/**
 * Files and rows that a session keeps on the server.
 *
 * Up to 1 MiB an artifact travels whole, in a batch; a larger one as a beginning and chunks of at most that size, each with its CRC. Spark's own
 * clients send chunks of 32 KiB; servers take any size, and spend a fifth less processor time on these:
 * https://github.com/apache/spark/blob/master/sql/connect/common/src/main/protobuf/spark/connect/base.proto (AddArtifactsRequest)
 */
import { crc32 } from 'node:zlib';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { SparkConnectError } from '../errors.ts';
import {
  AddArtifactsRequestSchema,
  type AddArtifactsResponse,
  AddArtifactsRequest_ArtifactChunkSchema as ArtifactChunkSchema,
} from '../gen/spark/connect/base_pb.js';

export interface Artifact {
  /** A relative path whose first part says what it is: `jars/…`, `files/…`, `archives/…`, `cache/…`, `forward_to_fs/…`. */
  readonly name: string;
  /** Its bytes in parts, one after the other; none is copied before it is sent. */
  readonly parts: readonly Uint8Array[];
}

const CHUNK_BYTES = 1024 * 1024;

type Common = Omit<MessageInitShape<typeof AddArtifactsRequestSchema>, 'payload' | '$typeName'>;

/**
 * The requests that carry the artifacts, one after the other, as they travel. Each is to be written before the next is asked for: large
 * ones lie in the same memory, so that an upload leaves no garbage that makes the collector go through all the rows it comes from.
 */
export function* artifactRequests(common: Common, artifacts: readonly Artifact[]): Generator<Uint8Array> {
  const request = (payload?: MessageInitShape<typeof AddArtifactsRequestSchema>['payload']) =>
    toBinary(AddArtifactsRequestSchema, create(AddArtifactsRequestSchema, { ...common, ...(payload && { payload }) }));
  const head = request();
  let room = new Uint8Array(0);
  for (const { name, parts } of artifacts) {
    const [first = new Uint8Array(0), ...others] = parts.flatMap(pieces);
    if (others.length === 0) {
      yield request({ case: 'batch', value: { artifacts: [{ name, data: chunk(first) }] } });
      continue;
    }
    const totalBytes = BigInt(parts.reduce((sum, part) => sum + part.byteLength, 0));
    const numChunks = BigInt(others.length + 1);
    yield request({ case: 'beginChunk', value: { name, totalBytes, numChunks, initialChunk: chunk(first) } });
    for (const piece of others) {
      const around = aroundChunk(head, piece);
      const byteLength = around.before.byteLength + piece.byteLength + around.after.byteLength;
      if (room.byteLength < byteLength) room = new Uint8Array(byteLength);
      room.set(around.before);
      room.set(piece, around.before.byteLength);
      room.set(around.after, around.before.byteLength + piece.byteLength);
      yield room.subarray(0, byteLength);
    }
  }
}

/** What stands before and after the bytes of a chunk in a request with it: the general encoder would copy them three times. */
function aroundChunk(head: Uint8Array, data: Uint8Array): { before: Uint8Array; after: Uint8Array } {
  const fields = ArtifactChunkSchema.field;
  const start = new BinaryWriter().tag(fields.data.number, WireType.LengthDelimited).uint32(data.byteLength).finish();
  const after = new BinaryWriter().tag(fields.crc.number, WireType.Varint).int64(chunk(data).crc).finish();
  const before = new BinaryWriter()
    .raw(head)
    .tag(AddArtifactsRequestSchema.field.chunk.number, WireType.LengthDelimited)
    .uint32(start.byteLength + data.byteLength + after.byteLength)
    .raw(start)
    .finish();
  return { before, after };
}

function pieces(part: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(part.byteLength / CHUNK_BYTES) }, (_, index) =>
    part.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
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
