import { expect } from 'chai';
import {
  functions as F,
  SparkConnectError,
  type SparkSession,
  type StreamingQueryListener,
  type StreamingQueryProgress,
} from '../../../src/index.ts';
import { isAtLeast, openSession } from '../../helpers/spark.ts';
import { rejection, until, Workspace } from '../../helpers/workspace.ts';

describe('listeners of streaming queries', () => {
  let spark: SparkSession;
  let workspace: Workspace;
  beforeEach(async () => {
    spark = await openSession();
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    await spark.stop();
    await workspace.remove();
  });

  const memory = (name: string) =>
    spark.readStream.format('rate').option('rowsPerSecond', 20).load().writeStream.format('memory').queryName(name);

  it('are told of start, batches and end, and harm nobody when they throw', async () => {
    const told: string[] = [];
    const reports: number[] = [];
    const listener: StreamingQueryListener = {
      onQueryStarted: ({ name }) => void told.push(`started ${name}`),
      onQueryProgress: async ({ progress }) => {
        reports.push(progress.batchId);
        told.push(`progress ${progress.name}`);
      },
      onQueryTerminated: ({ exception, errorClassOnException }) =>
        void told.push(`terminated ${exception} ${errorClassOnException}`),
    };
    await spark.streams.addListener({
      onQueryProgress: () => {
        throw new Error('a listener that fails');
      },
    });
    await spark.streams.addListener(listener);
    const query = await memory('heard').trigger({ processingTime: '200 milliseconds' }).start();
    await until('two reports', () => reports.length >= 2);
    await query.stop();
    await until('the end', () => told.at(-1)?.startsWith('terminated'));
    expect(told[0]).to.equal('started heard');
    expect(told[1]).to.equal('progress heard');
    expect(told.at(-1)).to.equal('terminated null null');
    expect(reports).to.deep.equal([...reports].sort((a, b) => a - b));

    await spark.streams.removeListener(listener);
    const before = told.length;
    const second = await memory('unheard').start();
    await until('a batch', () => second.lastProgress());
    await second.stop();
    await spark.streams.close();
    expect(told.length).to.equal(before);
  });

  it('are told why a query failed', async () => {
    let failure: string | null | undefined;
    await spark.streams.addListener({
      onQueryTerminated: ({ exception }) => {
        failure = exception;
      },
    });
    const failing = spark.readStream.format('rate').load().select(F.raiseError('too much').as('e'));
    const query = await failing.writeStream.format('noop').start();
    expect(await rejection(query.awaitTermination())).to.be.instanceOf(SparkConnectError);
    await until('the failure', () => failure !== undefined);
    expect(failure).to.contain('too much');
  });

  it('are told the same as the query says of itself, exactly', async () => {
    const heard = new Map<number, StreamingQueryProgress>();
    await spark.streams.addListener({ onQueryProgress: ({ progress }) => void heard.set(progress.batchId, progress) });
    await workspace.writeJson('observed', [{ id: 1 }, { id: 2 }]);
    const big = 2n ** 53n + 1n;
    const observed = spark.readStream
      .schema('id INT')
      .json(workspace.url('observed'))
      .observe(
        'm',
        ...[F.count(F.lit(1)).as('n'), F.max(F.lit(big)).as('big'), F.max(F.struct(F.lit(big).as('y'))).as('st')],
        ...[F.max(F.expr('12345678901234567890.12')).as('dec'), F.max(F.lit(1.5)).as('half')],
        F.first(F.expr('map(7, 1)')).as('map'),
      );
    const query = await observed.writeStream.format('noop').start();
    await query.processAllAvailable();
    const own = await until('its report', async () => (await query.recentProgress()).find((p) => p.numInputRows === 2));
    const told = await until('the report', () => heard.get(own.batchId));
    expect(own.observedMetrics).to.deep.equal({
      m: {
        ...{ n: 2n, big, st: { y: big }, dec: '12345678901234567890.12', half: 1.5 },
        map: [{ key: 7n, value: 1n }],
      },
    });
    expect(told.observedMetrics).to.deep.equal(own.observedMetrics);
    const { startOffset, endOffset, latestOffset } = own.sources[0] ?? expect.fail('no source');
    expect(endOffset).to.equal('{"logOffset":0}');
    expect(told.sources[0]).to.include({ startOffset, endOffset, latestOffset });
    await query.stop();
  });

  it('may leave and be followed by another at once', async () => {
    let heard = 0;
    const first: StreamingQueryListener = {};
    await spark.streams.addListener(first);
    const leaving = spark.streams.removeListener(first);
    await spark.streams.addListener({ onQueryProgress: () => void heard++ });
    await leaving;
    const query = await memory('followed').trigger({ processingTime: '200 milliseconds' }).start();
    await until('a report', () => heard > 0);
    await query.stop();
  });

  it('may remove themselves in their own callback, and add another there', async () => {
    const told: string[] = [];
    const next: StreamingQueryListener = { onQueryProgress: () => void told.push('next') };
    const own: StreamingQueryListener = {
      onQueryProgress: async () => {
        await spark.streams.removeListener(own);
        await spark.streams.addListener(next);
        told.push('own');
      },
    };
    await spark.streams.addListener(own);
    const query = await memory('itself').trigger({ processingTime: '200 milliseconds' }).start();
    await until('reports to the next', () => told.length >= 3);
    expect(told.slice(0, 3)).to.deep.equal(['own', 'next', 'next']);
    await query.stop();
  });

  it('serve several clients of one session', async () => {
    const identity = { sessionId: spark.sessionId, userId: spark.client.userId };
    const other = await openSession({}, identity);
    try {
      const heard: string[][] = [[], []];
      for (const [i, session] of [spark, other].entries())
        await session.streams.addListener({
          onQueryStarted: ({ runId }) => void heard[i]?.push(`started ${runId}`),
          onQueryProgress: ({ progress }) => void heard[i]?.push(`progress ${progress.runId}`),
          onQueryTerminated: ({ runId }) => void heard[i]?.push(`terminated ${runId}`),
        });
      const started = [];
      for (const session of [spark, other]) {
        const source = session.readStream.format('rate').option('rowsPerSecond', 20).load();
        started.push(await source.writeStream.format('noop').trigger({ processingTime: '200 milliseconds' }).start());
      }
      // Of what the other client starts, the bus tells by reports only: its start came with an answer.
      const times = (i: number, event: string) => heard[i]?.filter((each) => each === event).length ?? 0;
      for (const { runId } of started) {
        await until('reports', () => [0, 1].every((i) => times(i, `progress ${runId}`) > 0));
        // Polling finds each start, once although an answer tells of it too.
        expect(times(1, `started ${runId}`)).to.equal(1);
      }
      // Removing the one that is polled for leaves the other's alone.
      await other.streams.close();
      const before = heard[0]?.length ?? 0;
      await until('more reports', () => (heard[0]?.length ?? 0) > before + 2);
      const [first] = started;
      await first?.stop();
      await until('the end', () => times(0, `terminated ${first?.runId}`) === 1);
    } finally {
      other.disconnect();
    }
  });

  it('hands rows to a function, batch by batch', async () => {
    await workspace.writeJson('in', [{ id: 1 }, { id: 2 }]);
    await workspace.writeJson('in', [{ id: 3 }]);
    const seen: string[] = [];
    const source = spark.readStream.schema('id INT').option('maxFilesPerTrigger', 1).json(workspace.url('in'));
    const query = await source.writeStream
      .option('checkpointLocation', workspace.url('checkpoint'))
      .trigger({ availableNow: true })
      .foreach<{ id: number }>({
        open: (batchId) => {
          seen.push(`open ${batchId}`);
          return true;
        },
        process: ({ id }) => void seen.push(`row ${id}`),
        close: (error) => void seen.push(`close ${error}`),
      })
      .start();
    await query.awaitTermination();
    expect(seen).to.deep.equal([
      ...['open 0', 'row 1', 'row 2', 'close undefined'],
      ...['open 1', 'row 3', 'close undefined'],
    ]);
  });

  it('refuses what Spark 3.5 does not have', async function () {
    if (await isAtLeast(spark, '4.0')) this.skip();
    expect(await rejection(memory('c').clusterBy('value').start())).to.have.property('code', 'unsupported');
  });
});
