// The network's faults, in the middle of what it carries: whatever is cut, stalls or ends half, the rows are exactly the right ones.
import { expect } from 'chai';
import { SparkSession, Timestamp } from '../../src/index.ts';
import { sparkRemote } from '../helpers/spark.ts';
import { type Unreliability, UnreliableLine } from '../helpers/unreliable-line.ts';
import { Workspace } from '../helpers/workspace.ts';

const FAULTS = 200;
const SEED = Number(process.env.SEED ?? 20_26);

const sameTime = (value: unknown, seconds: bigint) =>
  value instanceof Timestamp && value.epochMicros === seconds * 1_000_000n;

const impatient = {
  // A call that brings nothing meanwhile, as the wait for a query's end, meets every fault.
  maxRetries: 2 * FAULTS,
  initialBackoffMs: 1,
  maxBackoffMs: 20,
  backoffMultiplier: 2,
  jitterMs: 0,
  minJitterThresholdMs: 1_000,
};

describe('a line that breaks again and again', () => {
  let line: UnreliableLine;
  let spark: SparkSession;

  async function open(
    unreliability: Pick<Unreliability, 'maxBytes' | 'stallMs'>,
    conf: Readonly<Record<string, string>>,
  ) {
    line = await UnreliableLine.to(sparkRemote(), { seed: SEED, faults: FAULTS, ...unreliability });
    spark = await SparkSession.builder()
      .remote(line.remote)
      .connection({ retryPolicy: impatient, streamingRetryPolicy: impatient, connectTimeoutMs: 60_000 })
      .config({ 'spark.sql.session.timeZone': 'UTC', 'spark.sql.shuffle.partitions': '1', ...conf })
      .create();
  }

  afterEach(async () => {
    line.mend();
    await spark.stop();
    await line.close();
  });

  it(`gives every one of 1,000,000 rows once, over ${FAULTS} faults within the result (seed ${SEED})`, async () => {
    await open({ maxBytes: 250_000, stallMs: 20 }, { 'spark.sql.execution.arrow.maxRecordsPerBatch': '2000' });
    const frame = spark
      .range(0, 1_000_000, 1, { numPartitions: 8 })
      .selectExpr('id', 'id / 7 AS d', "concat('row ', id) AS s", 'timestamp_seconds(id) AS t');
    let next = 0n;
    for (const { id, d, s, t } of await frame.collect()) {
      if (id !== next || d !== Number(next) / 7 || s !== `row ${next}` || !sameTime(t, next))
        expect.fail(`row ${next} is ${JSON.stringify({ id: String(id), d, s, t: String(t) })}`);
      next += 1n;
    }
    expect(next).to.equal(1_000_000n);
    expect(line.total).to.equal(FAULTS);
    expect(Object.values(line.faults).every((count) => count > 0)).to.equal(true);
  });

  it(`hands each batch of a stream once to its handler, with its rows, over ${FAULTS} faults`, async () => {
    const workspace = await Workspace.create();
    try {
      const files = 12;
      for (let file = 0; file < files; file++) {
        await workspace.writeJson(
          'in',
          Array.from({ length: 100 }, (_, i) => ({ id: file * 100 + i })),
        );
      }
      await open({ maxBytes: 2_000, stallMs: 10 }, { 'spark.sql.execution.arrow.maxRecordsPerBatch': '20' });
      const batches: number[][] = [];
      const query = await spark.readStream
        .schema('id INT')
        .option('maxFilesPerTrigger', 1)
        .json(workspace.url('in'))
        .writeStream.option('checkpointLocation', workspace.url('checkpoint'))
        .trigger({ availableNow: true })
        .foreachBatch(async (batch, batchId) => {
          expect(batchId).to.equal(batches.length);
          const read = async () => (await batch.collect()).map(({ id }) => Number(id));
          const ids = await read();
          batches.push(ids);
          // Each batch is read until it has had its share of the faults.
          while (line.total < (FAULTS * batches.length) / files) expect(await read()).to.deep.equal(ids);
        })
        .start();
      await query.awaitTermination();
      expect(batches.map(({ length }) => length)).to.deep.equal(Array(files).fill(100));
      expect(batches.flat().sort((a, b) => a - b)).to.deep.equal(Array.from({ length: files * 100 }, (_, id) => id));
      expect(line.total).to.equal(FAULTS);
    } finally {
      await workspace.remove();
    }
  });
});
