import { join } from 'node:path';
import type { SparkInstallation } from '../../setup/index.ts';
import { markedEnvironment } from '../process.ts';
import type { ServiceContext } from '../service.ts';
import { hdfsUrl } from './hadoop-configuration.ts';

/** What Spark is told where its executors are containers of YARN, as on a cluster: one executor with two tasks. */
export function onYarn(
  context: ServiceContext,
  spark: SparkInstallation,
  { service, loggingFile }: { readonly service: string; readonly loggingFile: string },
): Record<string, string> {
  const options = `-XX:+UseSerialGC -Djava.net.preferIPv4Stack=true "-Dlog4j2.configurationFile=${loggingFile}"`;
  // YARN gives its containers an environment of their own: without the mark, `status` and `down` would not know them.
  const environment = Object.entries({
    ...markedEnvironment(context.layout.root, service, {}),
    SPARK_LOCAL_IP: '127.0.0.1',
    PYSPARK_PYTHON: spark.python,
  });
  return {
    'spark.submit.deployMode': 'client',
    'spark.executor.instances': '1',
    'spark.executor.cores': '2',
    'spark.executor.memory': '1g',
    'spark.executor.extraJavaOptions': options,
    'spark.yarn.am.memory': '512m',
    'spark.yarn.am.extraJavaOptions': options,
    // What is installed on this machine is not uploaded.
    'spark.yarn.jars': `local:${join(spark.sparkHome, 'jars')}/*`,
    'spark.yarn.stagingDir': `${hdfsUrl(context)}/tmp/staging-${service}`,
    // A server that cannot have an executor should say so, not wait for minutes.
    'spark.yarn.maxAppAttempts': '1',
    ...Object.fromEntries(
      environment.flatMap(([name, value]) => [
        [`spark.executorEnv.${name}`, value ?? ''],
        [`spark.yarn.appMasterEnv.${name}`, value ?? ''],
      ]),
    ),
  };
}
