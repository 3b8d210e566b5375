// Rows from here to Spark, a query, a file on the cluster, and rows back. SPARK_REMOTE names the server: sc://localhost:15002
import { randomUUID } from 'node:crypto';
import { col, functions as F, SparkSession } from '@instant-health/spark-connect';

const spark = await SparkSession.builder().appName('batch').getOrCreate();

const readings = spark.createDataFrame(
  [
    { patient: 1, ward: '3B', bp: 168, at: new Date('2026-01-01T08:00:00Z') },
    { patient: 1, ward: '3B', bp: 211, at: new Date('2026-01-01T08:01:00Z') },
    { patient: 2, ward: '4A', bp: 150, at: new Date('2026-01-01T08:00:30Z') },
  ],
  'patient INT, ward STRING, bp INT, at TIMESTAMP',
);

// Nothing has reached the server yet: what builds a plan is synchronous, what asks is async.
const worst = readings
  .filter(col('bp').gt(140))
  .groupBy('ward')
  .agg(F.max('bp').as('worst'), F.count('*').as('readings'))
  .orderBy(col('worst').desc());
await worst.show();

const folder = `/tmp/spark-connect-example-${randomUUID()}`;
await worst.write.mode('overwrite').parquet(folder);

// One batch of rows is in memory at a time, however many there are.
for await (const { ward, worst } of spark.read.parquet(folder).toLocalIterator()) {
  console.log(`ward ${ward}: ${worst}`);
}

await spark.stop();
