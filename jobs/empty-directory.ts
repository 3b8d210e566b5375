import type { ActionOptions, SparkSession } from '@instant-health/spark-connect';

/**
 * Deletes what is in a directory. Spark has no command for that; it empties a directory before it overwrites it, and an empty
 * table that is partitioned by its one column has no file to write.
 */
export async function emptyDirectory(spark: SparkSession, path: string, options: ActionOptions = {}): Promise<void> {
  await spark
    .createDataFrame([], 'nothing STRING, part STRING')
    .write.mode('overwrite')
    .options({ partitionOverwriteMode: 'static', 'mapreduce.fileoutputcommitter.marksuccessfuljobs': false })
    .partitionBy('part')
    .parquet(path, options);
}
