import { create, fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { PlanCompression } from '../../../src/client/plan-compression.ts';
import {
  CompressionCodec,
  type Plan,
  Plan_CompressedOperation_OpType,
  PlanSchema,
} from '../../../src/gen/spark/connect/base_pb.js';
import { RelationSchema } from '../../../src/gen/spark/connect/relations_pb.js';

/** Halves what it is given, as far as the test can see. */
const half = (bytes: Uint8Array) => bytes.subarray(0, bytes.byteLength / 2);
const plan = (bytes: number) =>
  create(PlanSchema, {
    opType: { case: 'root', value: { relType: { case: 'sql', value: { query: 'x'.repeat(bytes) } } } },
  });
const kind = ({ opType }: Plan) => opType.case;

describe('the compression of plans', () => {
  function compression(
    threshold: string | undefined,
    algorithm: string | undefined = 'ZSTD',
    compress: typeof half | undefined = half,
  ) {
    const asked: string[] = [];
    const own = new PlanCompression(async (keys) => {
      asked.push(...keys);
      return [threshold, algorithm];
    }, compress);
    return { own, asked };
  }

  it('is for plans above the threshold of the session, which is asked once, and for none that is small anyway', async () => {
    const { own, asked } = compression('200000');
    expect(kind(await own.apply(plan(1_000)))).to.equal('root');
    expect(asked).to.deep.equal([]);
    for (const _ of [1, 2]) {
      expect(kind(await own.apply(plan(150_000)))).to.equal('root');
      expect(kind(await own.apply(plan(250_000)))).to.equal('compressedOperation');
    }
    expect(asked).to.deep.equal([
      'spark.connect.session.planCompression.threshold',
      'spark.connect.session.planCompression.defaultAlgorithm',
    ]);
  });

  it('says what is in it, and leaves the plan that it is made from alone', async () => {
    const { own } = compression('0', 'ZSTD', (bytes) => bytes.subarray(0, bytes.byteLength - 1));
    const original = plan(100_000);
    const { opType } = await own.apply(original);
    if (opType.case !== 'compressedOperation') throw new Error('not compressed');
    expect(opType.value).to.include({
      opType: Plan_CompressedOperation_OpType.RELATION,
      compressionCodec: CompressionCodec.ZSTD,
    });
    const padded = Uint8Array.from([...opType.value.data, 'x'.charCodeAt(0)]);
    expect(fromBinary(RelationSchema, padded)).to.deep.equal(original.opType.value);
    const command = create(PlanSchema, {
      opType: { case: 'command', value: { commandType: { case: 'sqlCommand', value: { sql: 'x'.repeat(100_000) } } } },
    });
    const sent = await own.apply(command);
    expect(sent.opType.value).to.have.property('opType', Plan_CompressedOperation_OpType.COMMAND);
  });

  for (const [what, threshold, algorithm, compress] of [
    ['the server knows none', undefined, undefined, half],
    ['it is switched off', '-1', 'ZSTD', half],
    ['the algorithm is another', '0', 'NONE', half],
    ['nothing is gained', '0', 'ZSTD', (bytes: Uint8Array) => bytes],
  ] as const) {
    it(`is left out where ${what}`, async () => {
      const { own } = compression(threshold, algorithm ?? 'NONE', compress);
      expect(kind(await own.apply(plan(100_000)))).to.equal('root');
    });
  }

  it('is left out where Node has no zstd, and after a server could not read it', async () => {
    const none = new PlanCompression(() => Promise.reject(new Error('not to be asked')), undefined);
    expect(kind(await none.apply(plan(100_000)))).to.equal('root');
    const { own } = compression('0');
    own.disable();
    expect(kind(await own.apply(plan(100_000)))).to.equal('root');
  });
});
