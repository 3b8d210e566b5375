// Streams that remember: joins, sessions, duplicates; what their reports say; tables; windows of time.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  col,
  type DataFrame,
  functions as F,
  lit,
  type QueryIdleEvent,
  type SparkSession,
  type StreamingQueryProgress,
} from '../../../src/index.ts';
import { isAtLeast, openSession } from '../../helpers/spark.ts';
import { until, Workspace } from '../../helpers/workspace.ts';

describe('streams that remember', () => {
  let spark: SparkSession;
  let workspace: Workspace;
  before(async () => {
    spark = await openSession();
    workspace = await Workspace.create();
    await workspace.writeJson('readings', [
      { id: 1, t: '2026-01-01T00:00:00Z' },
      { id: 1, t: '2026-01-01T00:00:05Z' },
      { id: 2, t: '2026-01-01T00:10:00Z' },
    ]);
    // What comes later closes the windows of what came before.
    await workspace.writeJson('readings', [{ id: 3, t: '2026-01-01T09:00:00Z' }]);
    await workspace.writeJson('wards', [
      { ward: '3B', patient: 1, s: '2026-01-01T00:00:01Z' },
      { ward: '4A', patient: 9, s: '2026-01-01T00:00:01Z' },
    ]);
    await workspace.writeJson('wards', [{ ward: '5C', patient: 8, s: '2026-01-01T09:00:00Z' }]);
  });
  after(async () => {
    await spark.stop();
    await workspace.remove();
  });

  const stream = (folder: string, schema: string) =>
    spark.readStream.schema(schema).option('maxFilesPerTrigger', 1).json(workspace.url(folder));
  const readings = () => stream('readings', 'id INT, t TIMESTAMP').withWatermark('t', '1 minute');

  /** Runs a stream over what there is, into memory. */
  async function run(frame: DataFrame, mode: 'append' | 'complete' | 'update' = 'append') {
    const name = `t_${randomUUID().replaceAll('-', '')}`;
    const query = await frame.writeStream
      .format('memory')
      .queryName(name)
      .outputMode(mode)
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    return { rows: spark.table(name), reports: await query.recentProgress() };
  }

  it('groups by windows and by sessions', async () => {
    const windows = await run(readings().groupBy(F.window('t', '5 minutes'), 'id').count());
    expect(await windows.rows.orderBy('id').select('id', 'count').collect()).to.deep.equal([
      { id: 1, count: 2n },
      { id: 2, count: 1n },
    ]);
    const sessions = await run(readings().groupBy(F.sessionWindow('t', '1 minute'), 'id').count());
    expect(await sessions.rows.filter('id = 1').select('count').collect()).to.deep.equal([{ count: 2n }]);
  });

  it('reports what its operators keep', async () => {
    const { reports } = await run(readings().groupBy(F.window('t', '5 minutes')).count());
    const report = reports.find(({ stateOperators }) => stateOperators.length > 0) as StreamingQueryProgress;
    const [operator] = report.stateOperators;
    expect(operator?.operatorName).to.equal('stateStoreSave');
    const numbers = ['numRowsTotal', 'numRowsUpdated', 'numRowsRemoved', 'numRowsDroppedByWatermark'] as const;
    const times = ['allUpdatesTimeMs', 'allRemovalsTimeMs', 'commitTimeMs', 'memoryUsedBytes'] as const;
    for (const name of [...numbers, ...times, 'numShufflePartitions', 'numStateStoreInstances'] as const)
      expect(operator?.[name], name).to.be.a('number');
    expect(operator?.customMetrics).to.be.an('object');
    const sum = reports.reduce((total, { numInputRows }) => total + numInputRows, 0);
    expect(sum).to.equal(4);
    expect(report.eventTime).to.have.property('watermark');
    expect([report.inputRowsPerSecond, report.processedRowsPerSecond].every(Number.isFinite)).to.equal(true);
    expect(report.sources[0]?.endOffset).to.not.equal(undefined);
    expect(report.sink.numOutputRows).to.be.a('number');
  });

  it('joins streams with each other, and with what stands still', async () => {
    const wards = stream('wards', 'ward STRING, patient INT, s TIMESTAMP').withWatermark('s', '1 minute');
    const near = F.expr('id = patient AND t BETWEEN s - INTERVAL 1 MINUTE AND s + INTERVAL 1 MINUTE');
    const both = await run(readings().join(wards, near));
    expect(await both.rows.select('id', 'ward').distinct().collect()).to.deep.equal([{ id: 1, ward: '3B' }]);
    const names = spark.createDataFrame([[1, 'one']], 'id INT, name STRING');
    const still = await run(readings().join(names, 'id', 'left'));
    expect(await still.rows.select('id', 'name').distinct().orderBy('id').collect()).to.deep.equal([
      { id: 1, name: 'one' },
      { id: 2, name: null },
      { id: 3, name: null },
    ]);
  });

  it('drops duplicates, and observes', async () => {
    const once = readings()
      .dropDuplicatesWithinWatermark('id')
      .observe('seen', F.count(lit(1)).as('n'));
    const { rows, reports } = await run(once);
    expect(await rows.select('id').orderBy('id').collect()).to.deep.equal([{ id: 1 }, { id: 2 }, { id: 3 }]);
    // Spark 3.5 leaves them out of some reports.
    const counts = reports.flatMap(({ observedMetrics }) => observedMetrics?.seen?.n ?? []) as bigint[];
    expect(counts.reduce((sum, n) => sum + n, 0n)).to.equal(3n);
  });

  it('writes into a table, and reads the table as a stream', async () => {
    const table = `t_${randomUUID().replaceAll('-', '')}`;
    try {
      await spark.catalog.createTable(table, {
        source: 'parquet',
        path: workspace.url(table),
        schema: await readings().schema(),
      });
      const query = await readings()
        .writeStream.option('checkpointLocation', workspace.url('checkpoint'))
        .trigger({ availableNow: true })
        .toTable(table);
      await query.awaitTermination();
      expect(await spark.table(table).count()).to.equal(4);
      const again = await run(spark.readStream.table(table).filter(col('id').gt(1)));
      expect(await again.rows.count()).to.equal(2);
    } finally {
      await spark.sql(`DROP TABLE IF EXISTS ${table}`);
    }
  });

  it('tells listeners that it is idle (Spark 4)', async function () {
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const idle: QueryIdleEvent[] = [];
    await spark.conf.set('spark.sql.streaming.noDataProgressEventInterval', '100');
    await spark.streams.addListener({ onQueryIdle: (event) => void idle.push(event) });
    const query = await readings().writeStream.format('noop').trigger({ processingTime: '50 milliseconds' }).start();
    const event = await until('a word of idleness', () => idle[0]);
    await query.stop();
    expect(event).to.include({ id: query.id, runId: query.runId });
    await spark.streams.close();
  });
});
