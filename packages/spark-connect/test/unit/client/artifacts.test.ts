import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Artifact, artifactRequests } from '../../../src/client/artifacts.ts';
import { AddArtifactsRequestSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { SparkSession } from '../../../src/index.ts';
import { FakeServer } from './fake-server.ts';

const MIB = 1024 * 1024;
const common = { sessionId: '2f6b3a5c-8d41-4a6e-9f0b-7c1d2e3f4a5b', clientType: 'test' };

function requestsFor(...artifacts: readonly Artifact[]) {
  // Each is to be read before the next is asked for.
  return Array.from(artifactRequests(common, artifacts), (bytes) =>
    fromBinary(AddArtifactsRequestSchema, Uint8Array.from(bytes)),
  );
}

describe('the requests that carry artifacts', () => {
  it('are one for what is small', () => {
    const data = new TextEncoder().encode('small');
    const [request, ...others] = requestsFor({ name: 'files/a', parts: [data] });
    expect(others).to.deep.equal([]);
    expect(request).to.deep.include(common);
    if (request?.payload.case !== 'batch') return expect.fail(`it is ${request?.payload.case}`);
    const [artifact] = request.payload.value.artifacts;
    expect(artifact).to.deep.include({ name: 'files/a' });
    expect(artifact?.data).to.deep.include({ data, crc: BigInt(crc32(data)) });
  });

  it('are one for what has no bytes at all', () => {
    const [request] = requestsFor({ name: 'files/empty', parts: [] });
    if (request?.payload.case !== 'batch') return expect.fail(`it is ${request?.payload.case}`);
    expect(request.payload.value.artifacts[0]?.data).to.deep.include({ data: new Uint8Array(0), crc: 0n });
  });

  it('are a beginning and chunks for what is large or in parts, each with its sum, and give all bytes in their order', () => {
    const large = Uint8Array.from({ length: 2 * MIB + 300 }, (_, index) => (index * 7) & 255);
    const parts = [Uint8Array.of(1, 2, 3), large, Uint8Array.of(255)];
    const [begin, ...chunks] = requestsFor({ name: 'cache/b', parts });
    if (begin?.payload.case !== 'beginChunk') return expect.fail(`it is ${begin?.payload.case}`);
    const { name, totalBytes, numChunks, initialChunk } = begin.payload.value;
    expect({ name, totalBytes, numChunks }).to.deep.equal({
      name: 'cache/b',
      totalBytes: BigInt(2 * MIB + 304),
      numChunks: BigInt(1 + chunks.length),
    });
    const received = [
      initialChunk,
      ...chunks.map(({ payload }) => (payload.case === 'chunk' ? payload.value : undefined)),
    ];
    const bytes = received.map((chunk) => chunk?.data ?? expect.fail('a request without a chunk'));
    expect(bytes.map(({ byteLength }) => byteLength)).to.deep.equal([3, MIB, MIB, 300, 1]);
    expect(Buffer.concat(bytes).equals(Buffer.concat(parts))).to.equal(true);
    expect(received.map((chunk) => chunk?.crc)).to.deep.equal(bytes.map((data) => BigInt(crc32(data))));
    for (const request of chunks) expect(request).to.deep.include(common);
  });

  it('arrive as they are, although large ones lie in the same memory one after the other', async () => {
    const server = await FakeServer.start();
    const spark = await SparkSession.builder().remote(server.address).create();
    try {
      const data = randomBytes(12 * MIB + 5);
      await spark.client.addArtifacts([{ name: 'files/large', parts: [data.subarray(0, 5), data.subarray(5)] }]);
      const [begin, ...others] = server.artifactRequests.map(({ payload }) => payload);
      if (begin?.case !== 'beginChunk') return expect.fail(`it is ${begin?.case}`);
      const chunks = [begin.value.initialChunk, ...others.map(({ value }) => value as typeof begin.value.initialChunk)];
      expect(chunks).to.have.length(13);
      const arrived = Buffer.concat(chunks.map((chunk) => chunk?.data ?? expect.fail('a request without a chunk')));
      expect(arrived.equals(data)).to.equal(true);
    } finally {
      spark.disconnect();
      server.stop();
    }
  });
});
