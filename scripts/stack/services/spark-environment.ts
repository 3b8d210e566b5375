import type { Installation, SparkInstallation, SparkVersion } from '../../setup/index.ts';

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

/** The environment of a Spark server on this machine. */
export function serverEnvironment({ java }: Installation, spark: SparkInstallation): NodeJS.ProcessEnv {
  return {
    ...pythonWorkers(spark.version),
    // Above all without SPARK_REMOTE: a server that is told of another server refuses to be one.
    ...withoutSparkSettings(process.env),
    JAVA_HOME: java.home,
    SPARK_HOME: spark.sparkHome,
    SPARK_LOCAL_IP: '127.0.0.1',
    PYSPARK_PYTHON: spark.python,
    PYSPARK_DRIVER_PYTHON: spark.python,
  };
}
