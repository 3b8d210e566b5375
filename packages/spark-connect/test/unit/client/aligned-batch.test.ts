import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { alignBatch } from '../../../src/client/aligned-batch.ts';
import { ExecutePlanResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';

describe('a batch that arrives', () => {
  const large = Uint8Array.from({ length: 100_000 }, (_, index) => index * 7);

  /** A response as gRPC hands it over: somewhere in memory of its own. */
  function arrived(data: Uint8Array, offset: number) {
    const value = { rowCount: 5n, data, startOffset: 3n };
    const response = create(ExecutePlanResponseSchema, {
      sessionId: 's',
      responseType: { case: 'arrowBatch', value },
      operationId: 'o',
    });
    const bytes = toBinary(ExecutePlanResponseSchema, response);
    const message = new Uint8Array(offset + bytes.byteLength + 8);
    message.set(bytes, offset);
    return fromBinary(ExecutePlanResponseSchema, message.subarray(offset, offset + bytes.byteLength));
  }

  it('is moved to a multiple of eight bytes, wherever it lay, and nothing else changes', () => {
    const offsets = new Set<number>();
    for (let offset = 0; offset < 8; offset++) {
      const response = arrived(large, offset);
      const { responseType } = response;
      if (responseType.case !== 'arrowBatch') throw new Error('no batch');
      const { buffer, byteOffset } = responseType.value.data;
      offsets.add(byteOffset % 8);
      alignBatch(response);
      const { data, rowCount, startOffset } = responseType.value;
      expect(data.byteOffset % 8).to.equal(0);
      expect(data.buffer).to.equal(buffer);
      expect(Buffer.compare(data, large)).to.equal(0);
      expect([rowCount, startOffset, response.sessionId, response.operationId]).to.deep.equal([5n, 3n, 's', 'o']);
    }
    expect([...offsets].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('stays where it is if it is small, and may lie beside others', () => {
    const response = arrived(large.subarray(0, 1000), 1);
    const { responseType } = response;
    if (responseType.case !== 'arrowBatch') throw new Error('no batch');
    const { data } = responseType.value;
    alignBatch(response);
    expect(responseType.value.data).to.equal(data);
  });
});
