import { SparkConnectError, type SparkSession } from '@instant-health/spark-connect';
import { OperatorError } from '../settings/index.ts';

/**
 * A checkpoint holds offsets and does not say whose. A query started on another query's checkpoint would go on from
 * there and pass over all that it has never seen, so each checkpoint gets its query's name, in a directory that Spark
 * does not look into, and a query that is started on it must have that name.
 *
 * @param setting the variable that names the directory, for the error
 * @throws OperatorError `CHECKPOINT_OF_ANOTHER_QUERY`
 */
export async function claimCheckpoint(
  spark: SparkSession,
  query: string,
  checkpoint: string,
  setting: string,
): Promise<void> {
  const ownerPath = `${checkpoint}/_owner`;
  const owner = (await linesOf(spark, ownerPath))?.[0];
  if (owner === query) return;
  if (owner !== undefined) throw ofAnother(checkpoint, setting, `query ${owner}`, query);
  if ((await linesOf(spark, `${checkpoint}/metadata`)) !== undefined) {
    throw ofAnother(checkpoint, setting, 'a query that is not one of ours', query);
  }
  await spark
    .createDataFrame([{ value: query }], 'value STRING')
    .coalesce(1)
    .write.mode('overwrite')
    .text(ownerPath);
}

/** The lines of a text file or directory, or undefined where there is none. */
async function linesOf(spark: SparkSession, path: string): Promise<string[] | undefined> {
  try {
    const rows = await spark.read.text(path).collect<{ value: string }>();
    return rows.map(({ value }) => value);
  } catch (error) {
    if (error instanceof SparkConnectError && error.errorClass === 'PATH_NOT_FOUND') return undefined;
    throw error;
  }
}

function ofAnother(checkpoint: string, setting: string, owner: string, query: string): OperatorError {
  return new OperatorError(
    'CHECKPOINT_OF_ANOTHER_QUERY',
    `the checkpoint ${checkpoint} (${setting}) belongs to ${owner}, not to ${query}: going on from it would skip messages`,
    { exitCode: 2, next: `Set ${setting} to a directory of its own.` },
  );
}
