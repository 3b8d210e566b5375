/** A SPARK_CONF_DIR or PYSPARK_SUBMIT_ARGS of the user's own would change the server behind our back. */
export function withoutSparkSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(SPARK_|PYSPARK_|HADOOP_|YARN_|PYTHON(PATH|HOME)$)/.test(name)),
  );
}
