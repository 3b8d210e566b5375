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
  requireRealTimeVersion(await spark.version());
  if (partitions === undefined) return;
  const [slots, grows] = await Promise.all([
    taskSlots(spark),
    spark.conf.getOption('spark.dynamicAllocation.enabled').then((value) => value === 'true'),
  ]);
  const warning = requireSlots({ partitions, slots, grows });
  if (warning !== undefined) log.warn(warning);
}

/** @throws OperatorError `REAL_TIME_UNSUPPORTED`, exit code 2 */
export function requireRealTimeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 4 || (major === 4 && minor >= 2)) return;
  throw new OperatorError(
    'REAL_TIME_UNSUPPORTED',
    `--real-time needs Spark 4.2 or newer; the server (SPARK_REMOTE) runs ${version}`,
    { exitCode: 2, next: 'Leave it out: --via topic then works in small batches.' },
  );
}

interface Slots {
  /** Of the readings' topic. */
  readonly partitions: number;
  /** Tasks that the server runs at the same time now. */
  readonly slots: number;
  /** It gets more executors when it needs them. */
  readonly grows: boolean;
}

/**
 * @returns what to warn of where the server has too few slots, but may get more
 * @throws OperatorError `REAL_TIME_SLOTS`, exit code 2, where it may not
 */
export function requireSlots({ partitions, slots, grows }: Slots): string | undefined {
  if (slots >= partitions) return undefined;
  const few = `--real-time needs a task slot for each of the ${partitions} partitions of KAFKA_TOPIC at the same time; the server has ${slots}`;
  if (grows) return `${few} now: what it gets later must be enough, or partitions stay unread`;
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
