import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { col, functions as F, type SparkSession } from '../../../src/index.ts';
import { KafkaTopic } from '../../helpers/kafka-topic.ts';
import { isAtLeast, openSession } from '../../helpers/spark.ts';
import { until, Workspace } from '../../helpers/workspace.ts';

describe('streams between sources and sinks', () => {
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

  const ids = async (table: string) =>
    ((await spark.table(table).orderBy('id').collect()) as { id: number }[]).map(({ id }) => id);

  it('availableNow: JSON to parquet, partitioned, and on from the checkpoint', async () => {
    const run = async () => {
      const query = await spark.readStream
        .schema('id INT, ward STRING')
        .option('maxFilesPerTrigger', 1)
        .json(workspace.url('in'))
        .writeStream.format('parquet')
        .partitionBy('ward')
        .option('checkpointLocation', workspace.url('checkpoint'))
        .trigger({ availableNow: true })
        .start(workspace.url('out'));
      expect(await query.awaitTermination()).to.equal(true);
      return (await query.recentProgress()).filter(({ numInputRows }) => numInputRows > 0).length;
    };
    await workspace.writeJson('in', [{ id: 1, ward: '3A' }]);
    await workspace.writeJson('in', [{ id: 2, ward: '3B' }]);
    expect(await run()).to.equal(2);
    await workspace.writeJson('in', [{ id: 3, ward: '3A' }]);
    expect(await run()).to.equal(1);
    const rows = await spark.read.parquet(workspace.url('out')).orderBy('id').collect();
    expect(rows).to.deep.equal([
      { id: 1, ward: '3A' },
      { id: 2, ward: '3B' },
      { id: 3, ward: '3A' },
    ]);

    const again = await spark.readStream
      .schema('id INT, ward STRING')
      .parquet(workspace.url('out'))
      .writeStream.format('memory')
      .queryName('from_parquet')
      .trigger({ availableNow: true })
      .start();
    await again.awaitTermination();
    expect(await ids('from_parquet')).to.deep.equal([1, 2, 3]);
  });

  it('once: everything in one batch', async () => {
    await workspace.writeJson('once', [{ id: 1 }]);
    await workspace.writeJson('once', [{ id: 2 }]);
    const query = await spark.readStream
      .schema('id INT')
      .json(workspace.url('once'))
      .writeStream.format('memory')
      .queryName('once')
      .trigger({ once: true })
      .start();
    await query.awaitTermination();
    expect((await query.recentProgress()).map(({ numInputRows }) => numInputRows)).to.deep.equal([2]);
    expect(await ids('once')).to.deep.equal([1, 2]);
  });

  it('processingTime: rate to console', async () => {
    const query = await spark.readStream
      .format('rate')
      .options({ rowsPerSecond: 10, numPartitions: 1 })
      .load()
      .writeStream.format('console')
      .option('numRows', 1)
      .trigger({ processingTime: '200 milliseconds' })
      .start();
    const report = await until('rows on the console', async () =>
      (await query.recentProgress()).find(({ numInputRows }) => numInputRows > 0),
    );
    expect(report.sink.description).to.match(/console/i);
  });

  it('Kafka to Kafka: key, value, headers and exact text', async () => {
    const source = await KafkaTopic.create(2);
    const target = await KafkaTopic.create(1);
    try {
      const messages = Array.from({ length: 20 }, (_, i) => ({ key: `p${i % 3}`, value: `{"n":${i},"s":"ä\u2028"}` }));
      await source.send(messages);
      const query = await spark.readStream
        .format('kafka')
        .options({ 'kafka.bootstrap.servers': source.brokers, subscribe: source.name, startingOffsets: 'earliest' })
        .load()
        .select('key', 'value')
        .writeStream.format('kafka')
        .options({ 'kafka.bootstrap.servers': target.brokers, topic: target.name })
        .option('checkpointLocation', workspace.url('kafka-checkpoint'))
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      const copied = await spark.read
        .format('kafka')
        .options({ 'kafka.bootstrap.servers': target.brokers, subscribe: target.name })
        .load()
        .select(col('key').cast('string'), col('value').cast('string'))
        .collect();
      expect(copied).to.have.deep.members(messages);
    } finally {
      await source.drop();
      await target.drop();
    }
  });

  it('a watermark lets what is late go, and dropDuplicates forget', async () => {
    const name = `w${randomUUID().replaceAll('-', '')}`;
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    await workspace.writeJson('late', [
      { id: 1, at: at(1) },
      { id: 1, at: at(1) },
      { id: 2, at: at(2) },
    ]);
    const query = await spark.readStream
      .schema('id INT, at TIMESTAMP')
      .option('maxFilesPerTrigger', 1)
      .json(workspace.url('late'))
      .withWatermark('at', '10 seconds')
      .dropDuplicates('id', 'at')
      .groupBy(F.window('at', '10 seconds'))
      .agg(F.count('id').as('n'))
      .select(col('window.start').cast('string').as('start'), 'n')
      .writeStream.format('memory')
      .queryName(name)
      .outputMode('append')
      .start();
    await query.processAllAvailable();
    expect(await spark.table(name).collect()).to.deep.equal([]);
    await workspace.writeJson('late', [{ id: 3, at: at(45) }]);
    await query.processAllAvailable();
    await workspace.writeJson('late', [
      { id: 4, at: at(3) },
      { id: 5, at: at(46) },
    ]);
    await query.processAllAvailable();
    expect(await spark.table(name).collect()).to.deep.equal([{ start: '2026-01-01 00:00:00', n: 2n }]);
    const reports = await query.recentProgress();
    expect(reports.at(-1)?.eventTime?.watermark).to.match(/^2026-01-01T00:00:3[56]/);
    expect(reports.at(-1)?.stateOperators.length).to.be.at.least(1);
  });

  it('reads files of every format', async () => {
    const rows = spark.createDataFrame([{ id: 7, ward: '3A' }], 'id INT, ward STRING');
    const formats = [
      'json',
      'csv',
      'parquet',
      'orc',
      ...((await isAtLeast(spark, '4.0')) ? (['xml'] as const) : []),
    ] as const;
    for (const format of formats) {
      const folder = workspace.url(`format-${format}`);
      const options = { rowTag: 'row' };
      await rows.write.format(format).options(options).save(folder);
      const query = await spark.readStream
        .schema('id INT, ward STRING')
        .options(options)
        [format](folder)
        .writeStream.format('memory')
        .queryName(`from_${format}`)
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      expect(await spark.table(`from_${format}`).collect(), format).to.deep.equal([{ id: 7, ward: '3A' }]);
    }
    const lines = await spark.readStream
      .text(workspace.url('format-csv'))
      .writeStream.format('memory')
      .queryName('from_text')
      .trigger({ availableNow: true })
      .start();
    await lines.awaitTermination();
    expect(await spark.table('from_text').collect()).to.deep.equal([{ value: '7,3A' }]);
  });

  it('reads lines from a socket', async () => {
    const server = createServer((socket) => socket.write('211\n168\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const query = await spark.readStream
        .format('socket')
        .options({ host: '127.0.0.1', port })
        .load()
        .writeStream.format('memory')
        .queryName('lines')
        .start();
      await until('both lines', async () => (await spark.table('lines').count()) === 2);
      await query.stop();
      expect(await spark.table('lines').collect()).to.deep.equal([{ value: '211' }, { value: '168' }]);
    } finally {
      server.close();
    }
  });

  it('tells all groups in the mode complete, and those that changed in the mode update', async () => {
    await workspace.writeJson('modes', [{ ward: '3A' }, { ward: '3B' }]);
    await workspace.writeJson('modes', [{ ward: '3A' }]);
    const counts = () =>
      spark.readStream
        .schema('ward STRING')
        .option('maxFilesPerTrigger', 1)
        .json(workspace.url('modes'))
        .groupBy('ward')
        .count();
    const told = { complete: [] as unknown[], update: [] as unknown[] };
    for (const mode of ['complete', 'update'] as const) {
      const query = await counts()
        .writeStream.outputMode(mode)
        .option('checkpointLocation', workspace.url(`modes-${mode}`))
        .trigger({ availableNow: true })
        .foreachBatch(async (batch) => void told[mode].push(await batch.orderBy('ward').collect()))
        .start();
      await query.awaitTermination();
    }
    const first = [
      { ward: '3A', count: 1n },
      { ward: '3B', count: 1n },
    ];
    expect(told.complete.slice(0, 2)).to.deep.equal([first, [{ ward: '3A', count: 2n }, first[1]]]);
    expect(told.update.slice(0, 2)).to.deep.equal([first, [{ ward: '3A', count: 2n }]]);
  });

  it('continuous: rows without batches, an epoch a second', async () => {
    const query = await spark.readStream
      .format('rate')
      .options({ rowsPerSecond: 20, numPartitions: 1 })
      .load()
      .filter('value >= 5')
      .writeStream.format('memory')
      .queryName('continuous')
      .option('checkpointLocation', workspace.url('continuous-checkpoint'))
      .trigger({ continuous: '1 second' })
      .start();
    await until('rows', async () => (await spark.table('continuous').count()) > 0);
    expect(await spark.table('continuous').filter('value < 5').count()).to.equal(0);
    await query.stop();
    expect(await query.exception()).to.equal(undefined);
  });
});
