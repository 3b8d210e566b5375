// A stream of made-up readings, averaged over windows of event time, until it has made progress. SPARK_REMOTE names the server.
import { col, functions as F, SparkSession, type StreamingQueryProgress } from '@instant-health/spark-connect';

const spark = await SparkSession.builder().appName('streaming').getOrCreate();
await spark.conf.set('spark.sql.shuffle.partitions', 2);

const readings = spark.readStream
  .format('rate')
  .option('rowsPerSecond', 20)
  .load()
  .select(col('timestamp').as('at'), col('value').mod(5).as('patient'), col('value').mod(60).plus(120).as('bp'));

const averages = readings
  .withWatermark('at', '10 seconds')
  .groupBy(F.window('at', '10 seconds'), 'patient')
  .agg(F.avg('bp').as('average'));

const query = await averages.writeStream
  .format('memory')
  .queryName('averages')
  .outputMode('update')
  .trigger({ processingTime: '500 milliseconds' })
  .start();

const progress = await new Promise<StreamingQueryProgress>((resolve) => {
  spark.streams.addListener({
    onQueryProgress: ({ progress }) => {
      if (progress.numInputRows > 0) resolve(progress);
    },
  });
});
console.log(`batch ${progress.batchId} had ${progress.numInputRows} rows`);
await spark.table('averages').orderBy('patient').show();

await query.stop();
await spark.stop();
