import { SparkConnectError, type StreamingQuery } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { isFaultOfRepeatedBatch, RunningQuery } from '../../../jobs/running-query.ts';
import { createLogger } from '../../../settings/index.ts';

const log = createLogger({ name: 'test', level: 'silent' });
const failed = (message: string, serverStackTrace?: string) =>
  new SparkConnectError('query-failed', message, { serverStackTrace });

const PREFIX = '[STREAM_FAILED] Query [id = a, runId = b] terminated with exception: ';
const FAULT = failed(`${PREFIX}SQLSTATE: XXKST\n=== Streaming Query ===\nplan`);
const NEVER = new AbortController().signal;

describe('the failure of reporting on a repeated batch', () => {
  it('is known by its message, by its stack, or by the lack of both', () => {
    const because =
      'Cannot invoke "scala.collection.IterableOps.map(scala.Function1)" because the return value of "scala.Option.get()" is null';
    for (const fault of [
      FAULT,
      failed(`${PREFIX}${because} SQLSTATE: XXKST`),
      failed(`${PREFIX}null`),
      failed('x', '\tat org.apache.spark.sql.kafka010.KafkaMicroBatchStream$.metrics(KafkaMicroBatchStream.scala:520)'),
    ]) {
      expect(isFaultOfRepeatedBatch(fault), fault.message).to.equal(true);
    }
  });

  it('is not taken for other failures', () => {
    for (const other of [
      failed(`${PREFIX}[MALFORMED] something SQLSTATE: 22000`),
      failed(`${PREFIX}Permission denied: user=spark`, '\tat org.apache.hadoop.X.y(X.java:1)'),
      failed('the client that handles the batches is gone: no sign of life for 15 s'),
    ]) {
      expect(isFaultOfRepeatedBatch(other), other.message).to.equal(false);
    }
  });
});

describe('RunningQuery', () => {
  /** Queries that end one after the other in the ways given; undefined is a good end. */
  async function running(...ends: (Error | undefined)[]) {
    return runningOn('4.1.1', ...ends);
  }

  async function runningOn(sparkVersion: string, ...ends: (Error | undefined)[]) {
    const stopped: number[] = [];
    let starts = 0;
    const start = () => {
      const turn = starts++;
      const query = {
        id: `query ${turn}`,
        awaitTermination: () => (ends[turn] ? Promise.reject(ends[turn]) : Promise.resolve(true)),
        exception: () => Promise.resolve(ends[turn]),
        stop: () => Promise.resolve(void stopped.push(turn)),
      };
      return Promise.resolve(query as unknown as StreamingQuery);
    };
    const query = await RunningQuery.start('q', start, { sparkVersion, log });
    return { query, stopped, starts: () => starts };
  }

  it('starts once more after that failure, and ends as the second query does', async () => {
    const { query, starts } = await running(FAULT, undefined);
    await query.ended(NEVER);
    expect([starts(), query.id]).to.deep.equal([2, 'query 1']);
  });

  it('starts once more only once, and not at all after any other failure', async () => {
    const other = failed(`${PREFIX}boom`);
    for (const [ends, expected] of [
      [[FAULT, FAULT, undefined], 2],
      [[other, undefined], 1],
    ] as const) {
      const { query, starts } = await running(...ends);
      const failure = await query.ended(NEVER).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(SparkConnectError);
      expect(starts()).to.equal(expected);
    }
  });

  it('does not start once more on Spark 3.5, where a lost worker looks the same', async () => {
    const { query, starts } = await runningOn('3.5.7', FAULT, undefined);
    expect(await query.ended(NEVER).catch((error: unknown) => error)).to.equal(FAULT);
    expect(starts()).to.equal(1);
  });

  it('does so when it is only asked whether it failed, too', async () => {
    const { query, starts } = await running(FAULT, undefined);
    expect(await query.exception()).to.equal(undefined);
    expect(starts()).to.equal(2);
  });

  it('does not come back to life when it was stopped, and knows of no failure then', async () => {
    const { query, starts, stopped } = await running(FAULT, undefined);
    await query.stop({});
    await query.ended(NEVER);
    expect(await query.exception()).to.equal(undefined);
    expect([starts(), stopped]).to.deep.equal([1, [0]]);
  });

  it('tells who interrupts it of the interruption, not of that failure', async () => {
    const { query, starts } = await running(FAULT, undefined);
    const interruption = new Error('received SIGINT');
    expect(await query.ended(AbortSignal.abort(interruption)).catch((error: unknown) => error)).to.equal(interruption);
    expect(starts()).to.equal(1);
  });

  it('stops what it was about to start', async () => {
    const { query, starts, stopped } = await running(FAULT, undefined);
    const ended = query.ended(NEVER);
    while (starts() < 2) await Promise.resolve();
    await query.stop({});
    await ended;
    expect([starts(), stopped]).to.deep.equal([2, [1]]);
  });
});
