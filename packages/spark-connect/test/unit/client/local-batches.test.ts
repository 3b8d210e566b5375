import { toJson } from '@bufbuild/protobuf';
import { Table, tableFromIPC } from 'apache-arrow';
import { expect } from 'chai';
import { encodeRows } from '../../../src/arrow/index.ts';
import { PlanSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { SparkSession, StructType, types as T } from '../../../src/index.ts';
import { FakeServer } from './fake-server.ts';

describe('rows for a server', () => {
  const rows = Array.from({ length: 1024 }, (_, id) => ({ id }));

  /** Batches in each local relation of the plan. */
  async function batchesFor(version: string, from: typeof rows | Table = rows): Promise<number[]> {
    const server = await FakeServer.start();
    server.version = version;
    const spark = await SparkSession.builder()
      .remote(server.address)
      .connection({ localRelationChunkBytes: 1024 })
      .create();
    try {
      const frame = from instanceof Table ? spark.createDataFrame(from) : spark.createDataFrame(from, 'id BIGINT');
      const plan = JSON.stringify(toJson(PlanSchema, frame.toPlan()));
      const relations = plan.matchAll(/"localRelation":\{"data":"([^"]+)"/g);
      return Array.from(relations, ([, data = '']) => tableFromIPC(Buffer.from(data, 'base64')).batches.length);
    } finally {
      spark.disconnect();
      server.stop();
    }
  }

  it('are one batch before Spark 4.1: 3.5 reads no other', async () => {
    expect(await batchesFor('3.5.7')).to.deep.equal([1]);
    expect(await batchesFor('4.0.1')).to.deep.equal([1]);
  });

  it('are many from it on', async () => {
    expect(await batchesFor('4.1.1')).to.deep.equal([8]);
  });

  it('are a relation for each batch of an Arrow table before it', async () => {
    const table = tableFromIPC(encodeRows(rows, new StructType().add('id', T.long()), 1024));
    expect(await batchesFor('3.5.7', table)).to.deep.equal(Array(8).fill(1));
    expect(await batchesFor('4.1.1', table)).to.deep.equal([8]);
  });
});
