import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SparkInstallation, SparkVersion } from '../../setup/index.ts';
import { jitFlags, recordingClasses, withClassArchive } from '../java-flags.ts';
import { addressOf, portOf, type Service, type ServiceContext, type StartContext } from '../service.ts';
import { hdfsUrl } from './hadoop-configuration.ts';
import { serverEnvironment } from './spark-environment.ts';
import { onYarn } from './spark-on-yarn.ts';
import { isOnYarn, yarnConfiguration } from './yarn.ts';

/** A Spark Connect server of one version; several may run side by side. */
export function sparkConnect(version: SparkVersion): Service {
  const name = sparkServiceName(version);
  return {
    name,
    portNames: ['connect', 'ui'],
    // Where these are not part of the stack, there is nothing to wait for.
    after: ['nodemanager'],
    readyWithinMs: 120_000,
    // Standard output is what the console sink prints.
    separateOutput: true,

    async prepare(context) {
      // 3.5 creates artifacts/ in its working directory and fails every call where it cannot.
      await mkdir(join(context.layout.folder(name), 'tmp'), { recursive: true });
      await writeFile(loggingFile(context, name), LOGGING);
    },

    async command(context) {
      const spark = installed(context, version);
      const folder = context.layout.folder(name);
      return {
        file: join(spark.sparkHome, 'bin', 'spark-submit'),
        args: [
          ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer', '--name', 'connect'],
          ...['--master', isOnYarn(context) ? 'yarn' : `local[${TASK_SLOTS}]`, '--driver-memory', '1g'],
          ...['--driver-java-options', javaOptions(context, spark, name)],
          ...Object.entries(configuration(context, spark, name)).flatMap(([key, value]) => [
            '--conf',
            `${key}=${value}`,
          ]),
          // `local:` means that every machine has them: YARN need not copy them for each start.
          ...['--jars', spark.extraJars.map((jar) => (isOnYarn(context) ? `local:${jar}` : jar)).join(',')],
          'spark-internal',
        ],
        cwd: folder,
        env: {
          ...serverEnvironment(context.installation, spark),
          ...(isOnYarn(context) && { HADOOP_CONF_DIR: yarnConfiguration(context) }),
        },
      };
    },

    async isReady(context, signal) {
      // Loaded late: it needs the code that set-up generates.
      const { askSparkVersion } = await import('../ask-spark.ts');
      return (await askSparkVersion(addressOf(context, name, 'connect'), signal)) === version;
    },

    environment: (context) => ({ SPARK_REMOTE: sparkRemote(context, version) }),

    links: (context) => ({
      sparkUi: `http://${addressOf(context, name, 'ui')}`,
      sparkConsole: context.layout.outputLog(name),
    }),
  };
}

/**
 * More than there are cores: tasks mostly wait, for HDFS, Kafka and Python, and one that hangs must not hold up everybody
 * else's. A query in real time holds a slot for each partition of its topic, too.
 */
const TASK_SLOTS = 6;

export function sparkServiceName(version: SparkVersion): string {
  return `spark-${version}`;
}

/** `sc://127.0.0.1:<port>` */
export function sparkRemote(context: Pick<ServiceContext, 'ports'>, version: SparkVersion): string {
  return `sc://${addressOf(context, sparkServiceName(version), 'connect')}`;
}

/** One text that Spark splits again: quotes keep a path with spaces together. */
function javaOptions(context: StartContext, spark: SparkInstallation, name: string): string {
  const { recordedClasses } = context;
  const classes =
    recordedClasses === undefined ? withClassArchive(spark.classArchive) : recordingClasses(recordedClasses);
  return [
    ...classes.map((flag) => `"${flag}"`),
    ...jitFlags(context.jit),
    '-XX:+UseSerialGC',
    '-Djava.net.preferIPv4Stack=true',
    `"-Djava.io.tmpdir=${join(context.layout.folder(name), 'tmp')}"`,
    `"-Dlog4j2.configurationFile=${loggingFile(context, name)}"`,
  ].join(' ');
}

function loggingFile(context: ServiceContext, name: string): string {
  return join(context.layout.folder(name), 'log4j2.properties');
}

function installed(context: StartContext, version: SparkVersion): SparkInstallation {
  const spark = context.installation.sparks.get(version);
  if (spark === undefined) throw new Error(`Spark ${version} was not set up`);
  return spark;
}

function configuration(context: ServiceContext, spark: SparkInstallation, name: string): Record<string, string> {
  return {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': String(portOf(context, name, 'connect')),
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.ui.port': String(portOf(context, name, 'ui')),
    'spark.local.dir': join(context.layout.folder(name), 'tmp'),
    'spark.sql.shuffle.partitions': '2',
    // As many as there are cores, whatever the slots.
    'spark.default.parallelism': '2',
    'spark.sql.session.timeZone': 'UTC',
    // The queries of a few sessions are more than Spark's 100 generated classes, which each batch would then compile anew.
    'spark.sql.codegen.cache.maxEntries': '600',
    // With its 10 ms, streams without a trigger of their own keep a core busy with asking whether there is news.
    'spark.sql.streaming.pollingDelay': '50ms',
    // `memory.t` is a table of the session's own, which can be merged into.
    ...(spark.memoryCatalog !== undefined && { 'spark.sql.catalog.memory': spark.memoryCatalog }),
    // Paths without a scheme are HDFS's, as on a cluster.
    ...(context.selected.has('namenode') && {
      'spark.hadoop.fs.defaultFS': hdfsUrl(context),
      // Closing a file whose last block is not reported yet waits for 400 ms first, twice in each micro-batch.
      'spark.hadoop.dfs.client.block.write.locateFollowingBlock.initial.delay.ms': '10',
    }),
    ...(isOnYarn(context) && onYarn(context, spark, { service: name, loggingFile: loggingFile(context, name) })),
  };
}

// Standard output belongs to the console sink. Information about every micro-batch would fill the disk of a stack that
// runs for days.
const LOGGING = `rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n%ex
logger.connect.name = org.apache.spark.sql.connect.service.SparkConnectServer
logger.connect.level = info
`;
