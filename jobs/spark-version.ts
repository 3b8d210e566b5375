import type { SparkSession } from '@instant-health/spark-connect';
import { OperatorError } from '../settings/index.ts';

/** The lines of Spark that the jobs are tested on. */
const SUPPORTED = /^(?:3\.5|4\.\d+)\./;

/** @throws OperatorError `SPARK_VERSION_UNSUPPORTED` that names what the server has and what is needed. */
export async function requireSupportedSpark(spark: SparkSession): Promise<void> {
  const version = await spark.version();
  if (SUPPORTED.test(version)) return;
  throw new OperatorError(
    'SPARK_VERSION_UNSUPPORTED',
    `the server (SPARK_REMOTE) runs Spark ${version}; the jobs need 3.5 or 4`,
    {
      exitCode: 2,
      next: 'On EMR these are emr-7.x (3.5) and emr-spark-8.x (4.x).',
    },
  );
}
