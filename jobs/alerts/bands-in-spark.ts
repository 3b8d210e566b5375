import { randomUUID } from 'node:crypto';
import type { DataFrame, SparkSession } from '@instant-health/spark-connect';
import type { Directory } from '../../database/index.ts';
import type { BandsOf } from './limits-directory.ts';
import { bandsOfPatients } from './limits-view.ts';

const VIEW = 'bands_of_patients';

/**
 * Puts the bands of a directory where batches find them: in blocks, and by a view's name, so that a batch's plan need not carry
 * the rows.
 */
export function bandsInSpark(spark: SparkSession): BandsOf<DataFrame> {
  // Two, in turn: a batch that is being handled goes on with the one that it began with. The session is shared with whoever led
  // before: a driver that wakes up with old limits in its hands must not put them in the place of ours.
  const driver = randomUUID().slice(0, 8);
  const views = [`${VIEW}_${driver}_0`, `${VIEW}_${driver}_1`] as const;
  let changes = 0;
  return async (directory) => {
    const rows = await bandsAsRows(spark, directory);
    const view = views[changes++ % 2 === 0 ? 0 : 1];
    await rows.createOrReplaceTempView(view);
    return spark.table(view);
  };
}

/** Rows instead of a plan or a cache: Spark broadcasts them to each batch without a job of their own, 10 to 20 ms sooner. */
export async function bandsAsRows(
  spark: SparkSession,
  { patients, limits }: Pick<Directory, 'patients' | 'limits'>,
): Promise<DataFrame> {
  const blocks = bandsOfPatients(spark, patients, limits);
  return spark.createDataFrame(await blocks.collect(), await blocks.schema());
}
