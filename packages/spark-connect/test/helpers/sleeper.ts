import { type DataFrame, functions as F, lit, type SparkSession } from '../../src/index.ts';

/**
 * One row, which takes a task `ms` milliseconds of doing nothing. An interrupt between the plan and its first task ends the
 * call, and the job goes on: this one then holds one slot for a while, and none of the processor that other tests wait for.
 */
export function sleeper(spark: SparkSession, ms: number): DataFrame {
  const sleep = F.javaMethod(lit('java.lang.Thread'), lit('sleep'), lit(BigInt(ms)));
  return spark.range(0, 1, 1, { numPartitions: 1 }).select(sleep.as('slept'));
}
