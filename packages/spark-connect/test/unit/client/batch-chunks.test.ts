import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { BatchChunks, chunkBytesFor } from '../../../src/client/batch-chunks.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { type ExecutePlanResponse, ExecutePlanResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';

function batch(bytes: readonly number[], index?: number, count?: number): ExecutePlanResponse {
  const numbers =
    index === undefined || count === undefined ? {} : { chunkIndex: BigInt(index), numChunksInBatch: BigInt(count) };
  const value = { rowCount: 9n, startOffset: 4n, data: Uint8Array.from(bytes), ...numbers };
  return create(ExecutePlanResponseSchema, { responseId: 'r', responseType: { case: 'arrowBatch', value } });
}

function bytesOf(response: ExecutePlanResponse | undefined): number[] | undefined {
  return response?.responseType.case === 'arrowBatch' ? [...response.responseType.value.data] : undefined;
}

describe('the pieces that are asked for', () => {
  it("fit a smaller message than usual, and are the server's own choice otherwise", () => {
    expect(chunkBytesFor(undefined)).to.equal(undefined);
    expect(chunkBytesFor(128 * 1024 * 1024)).to.equal(undefined);
    expect(chunkBytesFor(100_001)).to.equal(50_000);
    expect(chunkBytesFor(1_000)).to.equal(1_024);
  });
});

describe('chunks of a batch', () => {
  it('become one batch with its rows and offset, when the last has come', () => {
    const chunks = new BatchChunks();
    expect(chunks.add(batch([1, 2], 0, 3))).to.equal(undefined);
    expect(chunks.add(batch([3], 1, 3))).to.equal(undefined);
    const whole = chunks.add(batch([4], 2, 3));
    expect(bytesOf(whole)).to.deep.equal([1, 2, 3, 4]);
    expect(whole?.responseType.value).to.include({ rowCount: 9n, startOffset: 4n });
    expect(bytesOf(chunks.add(batch([5], 0, 1)))).to.deep.equal([5]);
    expect(() => chunks.requireWhole()).not.to.throw();
  });

  it('leave whole batches, and what is none, as they are', () => {
    const chunks = new BatchChunks();
    const whole = batch([1]);
    expect(chunks.add(whole)).to.equal(whole);
    const progress = create(ExecutePlanResponseSchema, { responseType: { case: 'executionProgress', value: {} } });
    chunks.add(batch([1], 0, 2));
    expect(chunks.add(progress)).to.equal(progress);
    expect(bytesOf(chunks.add(batch([2], 1, 2)))).to.deep.equal([1, 2]);
  });

  for (const [what, responses] of [
    ['one is missing', [batch([1], 0, 3), batch([3], 2, 3)]],
    ['one comes twice', [batch([1], 0, 3), batch([1], 0, 3)]],
    ['the first is missing', [batch([2], 1, 2)]],
    ['another batch comes between', [batch([1], 0, 2), batch([7])]],
  ] as const) {
    it(`are refused where ${what}`, () => {
      const chunks = new BatchChunks();
      expect(() => responses.map((response) => chunks.add(response)))
        .to.throw(SparkConnectError)
        .with.property('code', 'protocol');
    });
  }

  it('are refused where the result ends before the last', () => {
    const chunks = new BatchChunks();
    chunks.add(batch([1], 0, 2));
    expect(() => chunks.requireWhole()).to.throw(SparkConnectError, 'after 1 of its chunks');
  });
});
