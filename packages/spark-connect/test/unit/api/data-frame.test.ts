import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { encodeRows } from '../../../src/arrow/index.ts';
import {
  type AnalyzePlanResponse,
  AnalyzePlanResponse_SchemaSchema,
  type ExecutePlanResponse,
  ExecutePlanResponseSchema,
} from '../../../src/gen/spark/connect/base_pb.js';
import { type SessionClient, SparkConnectError, SparkSession, StructType, types as T } from '../../../src/index.ts';
import { toProto } from '../../../src/types/index.ts';

/** A client in whose place the test answers: the seam is the transport. */
function sessionOf(answers: Partial<Pick<SessionClient, 'execute' | 'analyze' | 'runCommand'>>): SparkSession {
  return new SparkSession(answers as SessionClient);
}

async function* stream(...responses: ExecutePlanResponse[]): AsyncGenerator<ExecutePlanResponse, void, undefined> {
  yield* responses;
}

function batch(schema: StructType, rows: readonly Record<string, unknown>[], told = {}): ExecutePlanResponse {
  const value = { rowCount: BigInt(rows.length), data: encodeRows(rows, schema), ...told };
  return create(ExecutePlanResponseSchema, { responseType: { case: 'arrowBatch', value } });
}

describe('DataFrame', () => {
  const ids = new StructType().add('id', T.long());
  const schemaOnly = create(ExecutePlanResponseSchema, { schema: toProto(ids) });

  it('puts the rows of several batches one after another', async () => {
    const spark = sessionOf({ execute: () => stream(schemaOnly, batch(ids, [{ id: 1n }]), batch(ids, [{ id: 2n }])) });
    expect(await spark.range(3).collect()).to.deep.equal([{ id: 1n }, { id: 2n }]);
  });

  it('refuses batches that were lost, doubled or cut', async () => {
    const one = batch(ids, [{ id: 1n }], { startOffset: 0n });
    for (const wrong of [
      one,
      batch(ids, [{ id: 3n }], { startOffset: 2n }),
      batch(ids, [{ id: 2n }], { rowCount: 2n }),
    ]) {
      const spark = sessionOf({ execute: () => stream(schemaOnly, one, wrong) });
      const error = await spark
        .range(3)
        .collect()
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'protocol');
    }
  });

  it('has no rows where the server sends none', async () => {
    const spark = sessionOf({ execute: () => stream(schemaOnly) });
    expect(await spark.range(0).collect()).to.deep.equal([]);
    expect(await spark.range(0).isEmpty()).to.equal(true);
  });

  it('counts exactly or not at all', async () => {
    const counted = (count: bigint) =>
      sessionOf({ execute: () => stream(schemaOnly, batch(ids, [{ id: count }])) })
        .range(1)
        .count();
    expect(await counted(9007199254740991n)).to.equal(9007199254740991);
    const error = await counted(9007199254740992n).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'decode');
  });

  it('asks for its schema once, and again after a failure', async () => {
    let asked = 0;
    const analyze = async (): Promise<AnalyzePlanResponse['result']> => {
      asked += 1;
      if (asked === 1) throw new SparkConnectError('unavailable', 'not yet');
      return { case: 'schema', value: create(AnalyzePlanResponse_SchemaSchema, { schema: toProto(ids) }) };
    };
    const frame = sessionOf({ analyze }).range(1);
    const failed = await frame.schema().catch((thrown: unknown) => thrown);
    expect(failed).to.have.property('code', 'unavailable');
    expect(await frame.columns()).to.deep.equal(['id']);
    expect(await frame.columns()).to.deep.equal(['id']);
    expect(asked).to.equal(2);
  });

  it('says so when the server answers a statement without a result', async () => {
    const error = await sessionOf({ runCommand: async () => [] })
      .sql('SELECT 1')
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'protocol');
  });

  it('sends no statement that UTF-8 cannot hold', async () => {
    const error = await sessionOf({})
      .sql("SELECT '\ud800'")
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'invalid-argument');
  });

  it('refuses rows that are arrays without names', () => {
    const spark = sessionOf({});
    expect(() => spark.createDataFrame([[1]])).to.throw(SparkConnectError, 'schema or column names');
    expect(() => spark.createDataFrame([[1, 2]], ['a'])).to.throw(SparkConnectError, '2 values for 1 columns');
  });
});

describe('SparkSession.builder', () => {
  it('needs an address', async () => {
    const { SPARK_REMOTE } = process.env;
    delete process.env.SPARK_REMOTE;
    try {
      const error = await SparkSession.builder()
        .getOrCreate()
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SparkConnectError).with.property('message').that.contains('SPARK_REMOTE');
    } finally {
      if (SPARK_REMOTE !== undefined) process.env.SPARK_REMOTE = SPARK_REMOTE;
    }
  });
});
