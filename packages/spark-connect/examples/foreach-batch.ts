// Each micro-batch of a stream goes to a function of this process; Spark commits it when the function has resolved. It needs Python on
// the server, as PySpark's foreachBatch does. SPARK_REMOTE names the server.
import { col, SparkSession } from '@instant-health/spark-connect';

const spark = await SparkSession.builder().appName('foreach-batch').getOrCreate();

let handled = 0;
const query = await spark.readStream
  .format('rate-micro-batch')
  .option('rowsPerBatch', 10)
  .load()
  .select(col('value'))
  .writeStream.foreachBatch(async (batch, batchId, { signal }) => {
    const rows = await batch.filter(col('value').mod(2).eq(0)).collect({ signal });
    // At least once: after a crash the same batch comes again, with the same number.
    console.log(`batch ${batchId}: ${rows.length} even values`);
    handled++;
  })
  .start();

// Here it would wait for the query's end; an example has to end some time.
while (handled < 3 && !(await query.awaitTermination(200)));
await query.stop();
await spark.stop();
