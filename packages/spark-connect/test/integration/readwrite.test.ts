import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { col, lit, SparkConnectError, type SparkSession } from '../../src/index.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';
import { rejection } from '../helpers/workspace.ts';

describe('reading and writing on a server', () => {
  let spark: SparkSession;
  // On the server's own file system: where it runs is where the files are.
  const root = `file:///tmp/spark-connect-test-${randomUUID()}`;
  const rows = [
    { id: 1, ward: '3A' },
    { id: 2, ward: '3B' },
  ];

  before(async () => {
    spark = await openSession();
  });
  after(async () => {
    // Spark has no call to delete a directory; the stack's server runs on this machine.
    await rm(new URL(root), { recursive: true, force: true });
    await spark.stop();
  });

  const frame = () => spark.createDataFrame(rows, 'id INT, ward STRING');

  for (const format of ['parquet', 'json', 'csv', 'orc'] as const) {
    it(`writes and reads ${format}`, async () => {
      const path = `${root}/${format}`;
      await frame().write.mode('overwrite').option('header', true)[format](path);
      const back = spark.read.schema('id INT, ward STRING').option('header', true)[format](path);
      expect(await back.orderBy('id').collect()).to.deep.equal(rows);
    });
  }

  it('refuses, ignores, appends and overwrites as told', async () => {
    const path = `${root}/modes`;
    const count = () => spark.read.parquet(path).count();
    await frame().write.parquet(path);
    const refused = await frame()
      .write.parquet(path)
      .catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(SparkConnectError).with.property('errorClass', 'PATH_ALREADY_EXISTS');
    await frame().write.mode('ignore').parquet(path);
    expect(await count()).to.equal(2);
    await frame().write.mode('append').parquet(path);
    expect(await count()).to.equal(4);
    await frame().limit(1).write.mode('overwrite').parquet(path);
    expect(await count()).to.equal(1);
  });

  it('partitions by a column and reads one partition only', async () => {
    const path = `${root}/partitioned`;
    await frame().write.partitionBy('ward').parquet(path);
    const one = spark.read.parquet(path).filter(col('ward').eq('3B'));
    expect(await one.collect()).to.deep.equal([{ id: 2, ward: '3B' }]);
    expect(await one.explainString()).to.contain('PartitionFilters');
    expect(await spark.read.parquet(`${path}/ward=3A`).columns()).to.deep.equal(['id']);
  });

  it('writes where there is no path', async () => {
    await spark.range(100).withColumn('x', lit(1)).write.format('noop').mode('overwrite').save();
  });

  it('saves a table, inserts into it, and finds it in the catalog', async () => {
    const table = `t_${randomUUID().replaceAll('-', '')}`;
    try {
      await frame().write.format('parquet').option('path', `${root}/table`).saveAsTable(table);
      await frame().write.insertInto(table);
      expect(await spark.table(table).count()).to.equal(4);
      await frame().write.insertInto(table, { overwrite: true });
      expect(await spark.table(table).count()).to.equal(2);
      expect(await spark.catalog.tableExists(table)).to.equal(true);
      const columns = await spark.catalog.listColumns(table);
      expect(columns.map((column) => column.name)).to.deep.equal(['id', 'ward']);
    } finally {
      await spark.sql(`DROP TABLE IF EXISTS ${table}`);
    }
  });

  it('writes and reads xml (Spark 4)', async function () {
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const path = `${root}/xml`;
    await frame().write.option('rowTag', 'r').xml(path);
    const back = spark.read.schema('id INT, ward STRING').option('rowTag', 'r').xml(path);
    expect(await back.orderBy('id').collect()).to.deep.equal(rows);
  });

  it('writes tables in buckets, and by the second interface', async () => {
    const table = `t_${randomUUID().replaceAll('-', '')}`;
    const options = { path: `${root}/${table}` };
    try {
      await frame().write.options(options).bucketBy(2, 'id').sortBy('id').saveAsTable(table);
      const [buckets] = await (await spark.sql(`DESCRIBE EXTENDED ${table}`))
        .filter("col_name = 'Num Buckets'")
        .collect();
      expect(buckets).to.have.property('data_type', '2');
      const second = `${table}_2`;
      await frame()
        .writeTo(second)
        .using('parquet')
        .tableProperty('owner', 'ward')
        .options({ path: `${root}/${second}` })
        .partitionedBy(col('ward'))
        .create();
      expect(await spark.table(second).orderBy('id').collect()).to.deep.equal(rows);
      // Spark's own catalog takes these for other tables only: they must reach it, and be refused by it.
      const writer = frame().writeTo(second);
      for (const write of [
        () => writer.append(),
        () => writer.overwrite(lit(true)),
        () => writer.overwritePartitions(),
        () => writer.using('parquet').replace(),
        () => writer.using('parquet').createOrReplace(),
      ]) {
        expect(await rejection(write()))
          .to.be.instanceOf(SparkConnectError)
          .with.property('message')
          .that.matches(/v1|REPLACE TABLE|not support/i);
      }
      await spark.sql(`DROP TABLE ${second}`);
    } finally {
      await spark.sql(`DROP TABLE IF EXISTS ${table}`);
    }
  });

  it('sends rows of every common type', async () => {
    const row = {
      whole: 1n,
      text: 'ä\n"',
      truth: false,
      nothing: null,
      list: [1n, 2n],
      nested: { a: 1.5 },
    };
    const schema =
      'whole BIGINT, text STRING, truth BOOLEAN, nothing INT, list ARRAY<BIGINT>, nested STRUCT<a: DOUBLE>';
    expect(await spark.createDataFrame([row], schema).collect()).to.deep.equal([row]);
    expect(await spark.createDataFrame([], 'a INT').collect()).to.deep.equal([]);
  });
});
