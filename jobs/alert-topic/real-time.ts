import { functions as F, type SparkSession } from '@instant-health/spark-connect';
import { type Logger, OperatorError } from '../../settings/index.ts';

/**
 * Makes sure that the server can run a query in real time: Spark 4.2, and a task slot for each partition of the readings, since
 * each holds one for as long as the query runs. Spark itself says nothing, and leaves partitions unread.
 *
 * @param partitions of the topic; undefined where nobody knows
 * @throws OperatorError `REAL_TIME_UNSUPPORTED` or `REAL_TIME_SLOTS`, exit code 2
 */
export async function requireRealTime(spark: SparkSession, partitions: number | undefined, log: Logger): Promise<void> {
  const version = await spark.version();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 4 || (major === 4 && minor < 2)) {
    throw new OperatorError(
      'REAL_TIME_UNSUPPORTED',
      `--real-time needs Spark 4.2 or newer; the server (SPARK_REMOTE) runs ${version}`,
      { exitCode: 2, next: 'Leave it out: --via topic then works in small batches.' },
    );
  }
  if (partitions === undefined) return;
  const slots = await taskSlots(spark);
  if (slots >= partitions) return;
  const few = `--real-time needs a task slot for each of the ${partitions} partitions of KAFKA_TOPIC at the same time; the server has ${slots}`;
  if ((await spark.conf.getOption('spark.dynamicAllocation.enabled')) === 'true') {
    log.warn(`${few} now: what it gets later must be enough, or partitions stay unread`);
    return;
  }
  throw new OperatorError('REAL_TIME_SLOTS', few, {
    exitCode: 2,
    next: 'Give it more cores (--master local[6], or more executors), or leave --real-time out.',
  });
}

/** Of a local server as its master says; of a cluster as many as its executors have cores now. */
async function taskSlots(spark: SparkSession): Promise<number> {
  const [, local] = /^local\[(\d+)\]$/.exec((await spark.conf.getOption('spark.master')) ?? '') ?? [];
  if (local !== undefined) return Number(local);
  // Rows are spread over all cores unless somebody says otherwise.
  return Number(await spark.range(10_000).select(F.sparkPartitionId().as('slot')).distinct().count());
}
