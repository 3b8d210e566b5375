import { setTimeout as pause } from 'node:timers/promises';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { expect } from 'chai';
import {
  col,
  type DataFrame,
  type ExecutionProgress,
  functions as F,
  type ForeachBatchHandler,
  type QueryTerminatedEvent,
  SparkConnectError,
  type SparkSession,
  type StreamingQuery,
} from '../../src/index.ts';
import { KafkaTopic } from '../helpers/kafka-topic.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';
import { rejection, until, Workspace } from '../helpers/workspace.ts';

describe('foreachBatch with a TypeScript handler', () => {
  let spark: SparkSession;
  let workspace: Workspace;

  before(async () => {
    spark = await openSession();
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    for (const query of await spark.streams.active()) await query.stop();
  });
  after(async () => {
    await spark.stop();
    await workspace.remove();
  });

  const files = (folder: string): DataFrame =>
    spark.readStream.schema('id INT, ward STRING').option('maxFilesPerTrigger', 1).json(workspace.url(folder));
  const rows = (first: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: first + i, ward: `W${(first + i) % 3}` }));
  const start = (folder: string, handler: ForeachBatchHandler, options = {}) =>
    files(folder)
      .writeStream.option('checkpointLocation', workspace.url(`${folder}-checkpoint`))
      .foreachBatch(handler, options)
      .start();
  const idsOf = async (batch: DataFrame) =>
    ((await batch.select('id').collect()) as { id: number }[]).map(({ id }) => id);
  /** What queries have left behind in the session. */
  async function remains() {
    const keys = Object.keys(await spark.conf.getAll('spark.connect.node'));
    const views = (await spark.catalog.listTables()).map(({ name }) => name);
    return [...keys, ...views];
  }

  it('hands over every row once, in the order of the batches, over 10 batches of files', async () => {
    for (let i = 0; i < 10; i++) await workspace.writeJson('order', rows(i * 100, 100));
    const seen: { batchId: number; ids: number[] }[] = [];
    const query = await files('order')
      .writeStream.option('checkpointLocation', workspace.url('order-checkpoint'))
      .trigger({ availableNow: true })
      .foreachBatch(async (batch, batchId) => {
        seen.push({ batchId, ids: await idsOf(batch) });
      })
      .start();
    expect(await query.awaitTermination()).to.equal(true);
    expect(seen.map(({ batchId }) => batchId)).to.deep.equal(Array.from({ length: 10 }, (_, i) => i));
    expect(seen.map(({ ids }) => ids.length)).to.deep.equal(Array.from({ length: 10 }, () => 100));
    const ids = seen.flatMap((batch) => batch.ids).sort((a, b) => a - b);
    expect(ids).to.deep.equal(Array.from({ length: 1_000 }, (_, i) => i));
    expect(await query.exception()).to.equal(undefined);
    expect(await remains()).to.deep.equal([]);
  });

  it('is not touched by tags of other work, and tells progress handlers nothing of its watching', async () => {
    const reported = new Set<string>();
    const handler = ({ operationId }: ExecutionProgress) => {
      reported.add(operationId);
    };
    let batches = 0;
    const query = await spark.readStream
      .format('rate')
      .load()
      .writeStream.trigger({ processingTime: '2 seconds' })
      .foreachBatch(() => {
        batches += 1;
      })
      .start();
    const more = async (count: number) => {
      const from = batches;
      await until('further batches', async () => batches >= from + count);
    };
    await more(1);
    spark.registerProgressHandler(handler);
    spark.addTag('report');
    try {
      // The call that watches the query is made anew with each batch that comes after a pause.
      await more(3);
      expect(await spark.interruptTag('report')).to.deep.equal([]);
      await more(1);
      expect(await query.isActive()).to.equal(true);
    } finally {
      spark.clearTags();
      spark.removeProgressHandler(handler);
    }
    // That of the question whether it is active.
    expect(reported.size).to.be.at.most(1);
    await query.stop();
  });

  it('hands over every message of a topic once, in the order of each partition', async () => {
    const topic = await KafkaTopic.create(3);
    try {
      const seen: { partition: number; offset: bigint; value: string }[] = [];
      let batches = 0;
      const query = await spark.readStream
        .format('kafka')
        .options({ 'kafka.bootstrap.servers': topic.brokers, subscribe: topic.name })
        .options({ startingOffsets: 'earliest', maxOffsetsPerTrigger: 60 })
        .load()
        .writeStream.option('checkpointLocation', workspace.url('topic-checkpoint'))
        .foreachBatch(async (batch) => {
          batches++;
          const messages = batch.select('partition', 'offset', col('value').cast('string').as('value'));
          seen.push(...((await messages.collect()) as typeof seen));
        })
        .start();
      const values = Array.from({ length: 420 }, (_, i) => `reading ${i}`);
      await topic.send(values.slice(0, 210).map((value, i) => ({ key: `p${i % 7}`, value })));
      await until('half of the messages', () => seen.length >= 210);
      await topic.send(values.slice(210).map((value, i) => ({ key: `p${i % 7}`, value })));
      await until('all messages', () => seen.length >= 420);
      await query.stop({ drainTimeoutMs: 20_000 });
      expect(batches).to.be.at.least(7);
      expect(seen.map(({ value }) => value).sort()).to.deep.equal([...values].sort());
      for (const partition of [0, 1, 2]) {
        const offsets = seen.filter((row) => row.partition === partition).map(({ offset }) => Number(offset));
        expect(offsets).to.deep.equal(offsets.map((_, i) => i));
      }
    } finally {
      await topic.drop();
    }
  });

  it('gives the handler a whole DataFrame: joins, views, SQL, several actions, persist', async () => {
    await workspace.writeJson('frame', rows(0, 9));
    await workspace.writeJson('frame', rows(9, 3));
    const wards = spark.createDataFrame(
      [
        { ward: 'W0', doctor: 'Ada' },
        { ward: 'W1', doctor: 'Grace' },
      ],
      'ward STRING, doctor STRING',
    );
    const seen: unknown[] = [];
    const query = await start('frame', async (batch, batchId) => {
      await batch.persist();
      await batch.createOrReplaceTempView('readings');
      const joined = batch.join(wards, 'ward').groupBy('doctor').agg(F.count('id').as('n')).orderBy('doctor');
      const largest = await spark.sql('SELECT max(id) AS largest FROM readings');
      await batch.write.mode('append').parquet(workspace.url('frame-out'));
      seen.push([batchId, await batch.count(), await joined.collect(), await largest.collect()]);
      await batch.unpersist();
      await spark.catalog.dropTempView('readings');
    });
    await query.processAllAvailable();
    await query.stop();
    const doctors = (n: bigint) => [
      { doctor: 'Ada', n },
      { doctor: 'Grace', n },
    ];
    expect(seen).to.deep.equal([
      [0, 9, doctors(3n), [{ largest: 8 }]],
      [1, 3, doctors(1n), [{ largest: 11 }]],
    ]);
    expect(await spark.read.parquet(workspace.url('frame-out')).count()).to.equal(12);
    expect(await remains()).to.deep.equal([]);
  });

  it('fails the query with what the handler throws, and rejects with the very object', async () => {
    await workspace.writeJson('error', rows(0, 1));
    const thrown = new RangeError('the ward\'s "pager" is off: \\ ä 漢 \u2028');
    const terminated: QueryTerminatedEvent[] = [];
    await spark.streams.resetTerminated();
    let isStartTold = false;
    await spark.streams.addListener({
      onQueryStarted: () => {
        isStartTold = true;
      },
      onQueryTerminated: (event) => void terminated.push(event),
    });
    const query = await start('error', async () => {
      // Spark 3.5 has no listeners: a query that begins and ends between two looks is not seen.
      await until('the news of the start', () => isStartTold);
      throw thrown;
    });
    expect(await rejection(query.awaitTermination())).to.equal(thrown);
    expect(await rejection(query.awaitTermination(1_000))).to.equal(thrown);
    const exception = await query.exception();
    expect(exception?.code).to.equal('query-failed');
    expect(exception?.cause).to.equal(thrown);
    const any = await rejection(spark.streams.awaitAnyTermination());
    expect(any).to.include({ code: 'query-failed', cause: thrown });
    await until('the news of the end', () => terminated.length > 0);
    expect(terminated[0]?.cause).to.equal(thrown);
    await spark.streams.close();
    // Spark 3.5 drops what a Python worker says of its error.
    if (await isAtLeast(spark, '4.0')) expect(exception?.message).to.include(`RangeError: ${thrown.message}`);
    expect(await remains()).to.deep.equal([]);
  });

  it('takes a handler that throws before its first await, and one that returns nothing', async () => {
    await workspace.writeJson('plain', rows(0, 1));
    await workspace.writeJson('plain', rows(1, 1));
    const thrown = new Error('at once');
    const seen: number[] = [];
    const query = await start('plain', (_batch, batchId) => {
      seen.push(batchId);
      if (batchId === 1) throw thrown;
    });
    expect(await rejection(query.awaitTermination())).to.equal(thrown);
    expect(seen).to.deep.equal([0, 1]);
  });

  it('gives a failed batch again, the same rows under the same id, to the next start', async () => {
    for (let i = 0; i < 3; i++) await workspace.writeJson('again', rows(i * 5, 5));
    const seen: [number, number[]][] = [];
    const record: ForeachBatchHandler = async (batch, batchId) => {
      seen.push([batchId, (await idsOf(batch)).sort((a, b) => a - b)]);
    };
    const failing = await start('again', async (batch, batchId, context) => {
      await record(batch, batchId, context);
      if (batchId === 1) throw new Error('not this one');
    });
    await rejection(failing.awaitTermination());
    await workspace.writeJson('again', rows(15, 5));
    const next = await start('again', record);
    await until('the fourth file', () => seen.some(([batchId]) => batchId === 3));
    await next.stop({ drainTimeoutMs: 10_000 });
    expect(seen.map(([batchId]) => batchId)).to.deep.equal([0, 1, 1, 2, 3]);
    expect(seen[2]).to.deep.equal(seen[1]);
  });

  it('fires the signal on stop, and waits for a handler that heeds it', async () => {
    await workspace.writeJson('stop', rows(0, 1));
    const order: string[] = [];
    const query = await start('stop', async (_batch, _id, { signal }) => {
      order.push('handler');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      order.push('signal');
    });
    await until('the handler', () => order.length > 0);
    await query.stop();
    order.push('stopped');
    expect(order).to.deep.equal(['handler', 'signal', 'stopped']);
    expect(await query.awaitTermination()).to.equal(true);
    expect(await query.exception()).to.equal(undefined);
    expect(await remains()).to.deep.equal([]);
  });

  it('may be stopped by its own handler, drained or not, which has its batch again at the next start', async () => {
    await workspace.writeJson('itself', rows(0, 1));
    for (const drainTimeoutMs of [0, 60_000]) {
      const order: string[] = [];
      const started = withResolvers();
      const query: StreamingQuery = await start('itself', async (_batch, batchId, { signal }) => {
        await started.promise;
        await query.stop({ drainTimeoutMs });
        order.push(`stopped ${batchId} ${signal.aborted}`);
      });
      started.resolve();
      expect(await query.awaitTermination(30_000)).to.equal(true);
      expect(order).to.deep.equal(['stopped 0 true']);
      expect(await query.exception()).to.equal(undefined);
      expect(await remains()).to.deep.equal([]);
    }
  });

  it('may be stopped by the function of its own foreach', async () => {
    await workspace.writeJson('row', rows(0, 3));
    const ids: number[] = [];
    const started = withResolvers();
    const query: StreamingQuery = await files('row')
      .writeStream.option('checkpointLocation', workspace.url('row-checkpoint'))
      .foreach<{ id: number }>(async ({ id }) => {
        await started.promise;
        ids.push(id);
        await query.stop();
      })
      .start();
    started.resolve();
    expect(await query.awaitTermination(30_000)).to.equal(true);
    expect(ids[0]).to.equal(0);
    expect(await query.exception()).to.equal(undefined);
  });

  it("does not have a handler that awaits its query's end wait for itself", async () => {
    await workspace.writeJson('own-end', rows(0, 1));
    const started = withResolvers();
    const waits = withResolvers();
    let end: boolean | undefined;
    const query: StreamingQuery = await start('own-end', async () => {
      await started.promise;
      waits.resolve();
      end = await query.awaitTermination();
    });
    started.resolve();
    await waits.promise;
    await query.stop();
    expect(end).to.equal(true);
  });

  it('lets a handler end its whole session', async () => {
    await workspace.writeJson('all', rows(0, 1));
    const own = await openSession();
    const ended = withResolvers();
    const query = await own.readStream
      .schema('id INT')
      .json(workspace.url('all'))
      .writeStream.foreachBatch(async () => {
        const from = performance.now();
        await own.stop();
        // The farewell that a session waits for no longer takes ten seconds.
        expect(performance.now() - from).to.be.below(9_000);
        ended.resolve();
      })
      .start();
    const waiting = query.awaitTermination().catch((error: unknown) => error);
    await ended.promise;
    await waiting;
  });

  it('lets the batch in hand finish and be committed while it drains, and takes no other', async () => {
    for (let i = 0; i < 3; i++) await workspace.writeJson('drain', rows(i, 1));
    const events: string[] = [];
    const handed: number[] = [];
    const finish = withResolvers();
    const handler: ForeachBatchHandler = async (batch, batchId, { signal }) => {
      events.push(`begin ${batchId}`);
      if (batchId === 0) await finish.promise;
      handed.push(...(await idsOf(batch)));
      events.push(`end ${batchId}${signal.aborted ? ' aborted' : ''}`);
    };
    const query = await start('drain', handler);
    await until('the first batch', () => events.length > 0);
    const stopping = query.stop({ drainTimeoutMs: 20_000 });
    expect(await query.isActive()).to.equal(true);
    finish.resolve();
    await stopping;
    expect(events).to.deep.equal(['begin 0', 'end 0']);
    expect(handed).to.deep.equal([0]);
    expect(await remains()).to.deep.equal([]);
    const next = await start('drain', handler);
    await until('the last file', () => handed.length >= 3);
    await next.stop({ drainTimeoutMs: 10_000 });
    // Both other files make one batch where the stop came between the source's note of the second and that of the batch.
    const one = ['begin 1', 'end 1'];
    expect(events.slice(2)).to.be.deep.oneOf([[...one, 'begin 2', 'end 2'], one]);
    expect(handed.toSorted((a, b) => a - b)).to.deep.equal([0, 1, 2]);
  });

  it('does not drain for longer than it is told', async () => {
    await workspace.writeJson('impatient', rows(0, 1));
    let aborted: boolean | undefined;
    const query = await start('impatient', async (_batch, _id, { signal }) => {
      aborted = false;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
    });
    await until('the handler', () => aborted === false);
    const started = performance.now();
    await query.stop({ drainTimeoutMs: 400 });
    expect(performance.now() - started).to.be.within(390, 10_000);
    expect(aborted).to.equal(true);
  });

  it('goes on where a stop that drains is given up', async () => {
    for (let i = 0; i < 2; i++) await workspace.writeJson('undrained', rows(i, 1));
    const begun = withResolvers();
    const finish = withResolvers();
    const handled: number[] = [];
    const query = await start('undrained', async (_batch, batchId) => {
      begun.resolve();
      await finish.promise;
      handled.push(batchId);
    });
    await begun.promise;
    const giveUp = new AbortController();
    const stopping = rejection(query.stop({ drainTimeoutMs: 60_000, signal: giveUp.signal }));
    giveUp.abort(new Error('not now'));
    expect(await stopping).to.have.property('message', 'not now');
    finish.resolve();
    await until('both batches', () => handled.length === 2);
    await query.stop();
  });

  it('goes on when the wait for its end is interrupted (3.5; from 4.0 on, interruptAll stops queries too)', async function () {
    if (await isAtLeast(spark, '4.0')) this.skip();
    await workspace.writeJson('interrupted', rows(0, 1));
    const handled: number[] = [];
    const query = await start('interrupted', (_batch, batchId) => void handled.push(batchId));
    await until('the first batch', () => handled.length === 1);
    let error: unknown;
    void rejection(query.awaitTermination()).then((thrown) => {
      error = thrown;
    });
    await until('the end of the wait', async () => {
      await spark.interruptAll();
      return error !== undefined;
    });
    expect(error).to.have.property('errorClass', 'OPERATION_CANCELED');
    await workspace.writeJson('interrupted', rows(1, 1));
    await until('the next batch', () => handled.length === 2);
    await query.stop();
  });

  it('has its batches handled while a listener takes longer over its start than the lease lasts', async () => {
    await workspace.writeJson('slow-listener', rows(0, 1));
    const handled = withResolvers();
    const listener = { onQueryStarted: () => handled.promise };
    await spark.streams.addListener(listener);
    const query = await start('slow-listener', () => handled.resolve(), { leaseTimeoutMs: 1_000 });
    await handled.promise;
    await query.stop();
    await spark.streams.removeListener(listener);
  });

  it('ends the handler when somebody else stops the query', async () => {
    await workspace.writeJson('other', rows(0, 1));
    const begun = withResolvers();
    const signalled = withResolvers();
    const query = await start('other', async (_batch, _id, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signalled.resolve();
      signal.throwIfAborted();
    });
    await begun.promise;
    await (await spark.streams.get(query.id))?.stop();
    await signalled.promise;
    expect(await query.awaitTermination()).to.equal(true);
    expect(await remains()).to.deep.equal([]);
  });

  it('has not failed, for listeners and for who waits for any end, when it is stopped in the middle of a batch', async () => {
    await workspace.writeJson('no-failure', rows(0, 1));
    const ends: QueryTerminatedEvent[] = [];
    const listener = { onQueryTerminated: (event: QueryTerminatedEvent) => void ends.push(event) };
    await spark.streams.addListener(listener);
    await spark.streams.resetTerminated();
    const begun = withResolvers();
    const query = await start('no-failure', async (_batch, _id, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await begun.promise;
    const other = await spark.streams.get(query.id);
    const waiting = [spark.streams.awaitAnyTermination(), other?.awaitTermination(), query.awaitTermination()];
    await query.stop();
    expect(await Promise.all(waiting)).to.deep.equal([true, true, true]);
    expect(await other?.exception()).to.equal(undefined);
    await until('the event', () => ends.length > 0);
    expect(ends[0]).to.include({ runId: query.runId, exception: null, errorClassOnException: null });
    await spark.streams.removeListener(listener);
    await spark.streams.resetTerminated();
  });

  it('says by its timeout that a handler is busy still, which heeds no signal', async () => {
    await workspace.writeJson('busy', rows(0, 1));
    const begun = withResolvers();
    const release = withResolvers();
    const query = await start('busy', () => {
      begun.resolve();
      return release.promise;
    });
    await begun.promise;
    await (await spark.streams.get(query.id))?.stop();
    expect(await query.awaitTermination(300)).to.equal(false);
    release.resolve();
    expect(await query.awaitTermination(10_000)).to.equal(true);
  });

  it('ends the handler when the query fails for a reason of its own', async () => {
    await workspace.writeJson('source', rows(0, 1));
    let signal: AbortSignal | undefined;
    const query = await files('source')
      .writeStream.option('checkpointLocation', workspace.url('source-checkpoint'))
      .foreachBatch((_batch, _id, context) => {
        signal = context.signal;
      })
      .start();
    await until('the first batch', async () => (await query.lastProgress())?.batchId === 0);
    // The next batch cannot be planned: its offsets have no place any more.
    await workspace.replaceByFile('source-checkpoint/offsets');
    await workspace.writeJson('source', rows(1, 1));
    const error = await rejection(query.awaitTermination());
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'query-failed');
    expect(signal?.aborted).to.equal(true);
    expect(await remains()).to.deep.equal([]);
  });

  it('runs many queries of one session side by side, each with persisted batches and several actions at once', async () => {
    const sides = ['first', 'second', 'third', 'fourth'].map((name, i) => ({
      name,
      from: i * 100,
      seen: [] as number[],
    }));
    for (const { name, from } of sides) {
      for (let i = 0; i < 4; i++) await workspace.writeJson(name, rows(from + i * 3, 3));
    }
    const queries = await Promise.all(
      sides.map(({ name, seen }) =>
        start(name, async (batch) => {
          await batch.persist();
          const [ids, count, again] = await Promise.all([idsOf(batch), batch.count(), idsOf(batch.filter('id >= 0'))]);
          expect([count, again]).to.deep.equal([ids.length, ids]);
          await batch.unpersist();
          seen.push(...ids);
        }),
      ),
    );
    await until('all rows', () => sides.every(({ seen }) => seen.length === 12), 60_000);
    await Promise.all(queries.map((query) => query.stop()));
    for (const { from, seen } of sides)
      expect(seen.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 12 }, (_, i) => from + i));
    expect(await remains()).to.deep.equal([]);
  });

  it('hands over a large batch, one Arrow batch in memory at a time', async () => {
    const size = 200_000;
    const long = F.repeat(col('id').cast('string'), 8).as('text');
    await spark.range(size).select('id', long).write.parquet(workspace.url('large'));
    const seen = { rows: 0, sum: 0n, most: 0 };
    const query = await spark.readStream
      .schema('id LONG, text STRING')
      .parquet(workspace.url('large'))
      .writeStream.option('checkpointLocation', workspace.url('large-checkpoint'))
      .trigger({ availableNow: true })
      .foreachBatch(async (batch, _id, { signal }) => {
        for await (const part of batch.select('id').toBatches({ signal })) {
          seen.most = Math.max(seen.most, part.rowCount);
          for (const { id } of part.rows() as Iterable<{ id: bigint }>) {
            seen.rows++;
            seen.sum += id;
          }
        }
      })
      .start();
    expect(await query.awaitTermination()).to.equal(true);
    expect([seen.rows, seen.sum]).to.deep.equal([size, (BigInt(size) * BigInt(size - 1)) / 2n]);
    expect(seen.most).to.be.below(size);
  });

  it('lets a handler take several times the lease while its process lives, and block it for less than that', async () => {
    await workspace.writeJson('slow', rows(0, 1));
    await workspace.writeJson('slow', rows(1, 1));
    const seen: number[] = [];
    const leaseTimeoutMs = 1_500;
    const query = await start(
      'slow',
      async (_batch, batchId) => {
        if (batchId === 0) await new Promise((resolve) => setTimeout(resolve, 3 * leaseTimeoutMs));
        else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.7 * leaseTimeoutMs);
        seen.push(batchId);
      },
      { leaseTimeoutMs },
    );
    await until('both batches', async () => (await query.lastProgress())?.batchId === 1);
    expect(seen).to.deep.equal([0, 1]);
    await query.stop();
  });

  it('is told of a batch by the server while it rests, and asks an idle query less than twice a second', async () => {
    let calls = 0;
    let calledAt = 0;
    const counting: Interceptor = (options, next) => {
      calls++;
      calledAt = performance.now();
      return new InterceptingCall(next(options));
    };
    const own = await openSession({}, { interceptors: [counting] });
    try {
      const seen: number[] = [];
      await workspace.writeJson('resting', rows(0, 1));
      const query = await own.readStream
        .schema('id INT')
        .option('maxFilesPerTrigger', 1)
        .json(workspace.url('resting'))
        .writeStream.option('checkpointLocation', workspace.url('resting-checkpoint'))
        // It would find nothing by itself within the test's time.
        .foreachBatch((_batch, batchId) => void seen.push(batchId), { maxPollIntervalMs: 600_000 })
        .start();
      for (let batchId = 0; batchId < 3; batchId++) {
        await until(`batch ${batchId}`, () => seen.includes(batchId));
        if (batchId < 2) await workspace.writeJson('resting', rows(batchId, 1));
      }
      await query.stop({ drainTimeoutMs: 10_000 });
      expect(seen).to.deep.equal([0, 1, 2]);

      const hourly = own.readStream.format('rate').load().writeStream.trigger({ processingTime: '1 hour' });
      const idle = await hourly.foreachBatch(() => {}).start();
      await until('its only batch', () => idle.lastProgress());
      // What belongs to the batch, as the answer that it is done, may come after its report.
      await until('a rest', () => performance.now() - calledAt > 400);
      const before = calls;
      await pause(3_000);
      expect(calls - before).to.be.below(2 * 3 + 1);
      await idle.stop();
    } finally {
      await own.stop();
    }
  });

  it('is ended with its session, whether that is stopped or left', async () => {
    for (const leave of ['stop', 'disconnect'] as const) {
      await workspace.writeJson(leave, rows(0, 1));
      const own = await openSession();
      const begun = withResolvers();
      const signalled = withResolvers();
      const query = await own.readStream
        .schema('id INT')
        .json(workspace.url(leave))
        .writeStream.option('checkpointLocation', workspace.url(`${leave}-checkpoint`))
        .foreachBatch(async (_batch, _id, { signal }) => {
          signal.addEventListener('abort', () => signalled.resolve());
          begun.resolve();
          await signalled.promise;
        })
        .start();
      await begun.promise;
      const waiting = query.awaitTermination().catch((error: unknown) => error);
      await own[leave]();
      await signalled.promise;
      const end = await waiting;
      if (leave === 'stop') expect(end).to.equal(true);
      else expect(end).to.be.instanceOf(SparkConnectError).with.property('code', 'session-closed');
      // Another session goes on where that one left off.
      const seen: number[] = [];
      const next = await start(leave, async (batch) => void seen.push(...(await idsOf(batch))));
      await until('the batch that was left', () => seen.length > 0);
      await next.stop({ drainTimeoutMs: 10_000 });
      expect(seen).to.deep.equal([0]);
    }
  });

  it('refuses a sink beside the handler, and a Python that the server has not', async () => {
    await workspace.writeJson('refused', rows(0, 1));
    const both = files('refused')
      .writeStream.format('console')
      .foreachBatch(() => {});
    expect(await rejection(both.start())).to.have.property('code', 'invalid-argument');
    const other = await rejection(start('refused', () => {}, { pythonVersion: '3.4' }));
    expect(other).to.be.instanceOf(SparkConnectError);
    expect(await spark.streams.active()).to.deep.equal([]);
  });
});

function withResolvers() {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
