import type { SparkVersion } from '../../setup/index.ts';

/** A SPARK_CONF_DIR or PYSPARK_SUBMIT_ARGS of the user's own would change the server behind our back. */
export function withoutSparkSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(SPARK_|PYSPARK_|HADOOP_|YARN_|PYTHON(PATH|HOME)$)/.test(name)),
  );
}

/** What lets the Python processes start sooner in which Spark runs foreachBatch, one for each query that is started. */
export function pythonWorkers(version: SparkVersion): Readonly<Record<string, string>> {
  return {
    // NumPy starts a thread for each core otherwise, which all wait busily for matrices that never come.
    OPENBLAS_NUM_THREADS: '1',
    // PySpark 3.5 asks distutils, in whose place setuptools puts all of itself. It runs on Pythons only that still have their own.
    ...(version === '3.5.7' && { SETUPTOOLS_USE_DISTUTILS: 'stdlib' }),
  };
}
