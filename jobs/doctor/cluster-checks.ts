import type { ActionOptions, SparkSession } from '@instant-health/spark-connect';
import {
  type Environment,
  type KafkaSettings,
  OperatorError,
  type StorageSettings,
  storageSettings,
} from '../../settings/index.ts';
import { emptyDirectory } from '../empty-directory.ts';
import { topicOptions } from '../messages.ts';
import type { Check, ServiceChecks } from './check.ts';
import type { SparkChecks } from './spark-checks.ts';

const LIMIT_MS = 60_000;
const from = 'cluster';

interface Parts {
  readonly spark: SparkChecks;
  readonly kafka: ServiceChecks<KafkaSettings>;
  /** Whether a node gets through to the brokers, where that could be asked. */
  readonly kafkaLine: Check;
  environment(): Environment;
  /** What the settings of directories wait for. */
  readonly after: readonly Check[];
  /** Puts Spark's words into ours. */
  explained<T>(act: () => Promise<T>): Promise<T>;
}

/** From the cluster, through Spark itself: it opens the topic, and writes into each of the jobs' directories. */
export function clusterChecks(parts: Parts): readonly Check[] {
  const { spark, environment, after } = parts;
  const storage: Check = {
    link: 'hdfs',
    from: 'here',
    what: 'settings',
    after,
    limitMs: LIMIT_MS,
    next: 'Set the variables in the environment or in .env.',
    run: async () => storageSettings(environment()).hdfsUrl ?? "the cluster's own file system",
  };
  return [
    topicCheck(parts),
    storage,
    ...DIRECTORIES.map((directory) => directoryCheck(directory, parts, [spark.login, storage])),
  ];
}

function topicCheck({ spark, kafka, kafkaLine, explained }: Parts): Check {
  return {
    link: 'kafka',
    from,
    what: 'topic',
    after: [spark.login, kafka.settings],
    unlessFailed: [kafkaLine],
    limitMs: LIMIT_MS,
    next: 'Check KAFKA_BROKERS and KAFKA_TOPIC, as the nodes of Spark see them.',
    run: (signal) =>
      explained(async () => {
        const settings = kafka.found();
        const rows = await (await spark.session()).read
          .format('kafka')
          .options({ ...topicOptions(settings), ...IMPATIENT })
          .load()
          .select('partition')
          .limit(1)
          .collect({ signal });
        return rows.length > 0 ? `${settings.topic} was read` : `${settings.topic} was opened; it is empty`;
      }),
  };
}

/** Kafka's clients try for a minute; a person waits. */
const IMPATIENT = {
  'kafka.request.timeout.ms': 10_000,
  'kafka.default.api.timeout.ms': 20_000,
  'kafkaConsumer.pollTimeoutMs': 110_000,
  'fetchOffset.numRetries': 1,
};

const DIRECTORIES = [
  ['VITALS_DIR', 'vitals'],
  ['VITALS_CHECKPOINT', 'vitalsCheckpoint'],
  ['ALERTS_CHECKPOINT', 'alertsCheckpoint'],
  ['QUARANTINE_DIR', 'quarantine'],
] as const satisfies readonly (readonly [string, keyof StorageSettings])[];

/** Readers of Spark pass over names that begin so. */
const PROBE_DIRECTORY = '_doctor';

function directoryCheck(
  [variable, name]: (typeof DIRECTORIES)[number],
  { spark, environment, explained }: Parts,
  after: readonly Check[],
): Check {
  return {
    link: 'hdfs',
    from,
    what: variable,
    after,
    limitMs: LIMIT_MS,
    next: `Check HDFS_URL and ${variable}.`,
    run: (signal) =>
      explained(async () => {
        const directory = storageSettings(environment())[name];
        await writeAndDelete(await spark.session(), `${directory}/${PROBE_DIRECTORY}`, { signal });
        return `${directory} takes files`;
      }),
  };
}

async function writeAndDelete(spark: SparkSession, path: string, options: ActionOptions): Promise<void> {
  const text = 'written by doctor';
  await spark
    .createDataFrame([{ value: text }], 'value STRING')
    .coalesce(1)
    .write.mode('overwrite')
    .text(path, options);
  try {
    const rows = await spark.read.schema('value STRING').text(path).collect<{ value: string }>(options);
    if (rows[0]?.value !== text)
      throw new OperatorError('HDFS_NOT_READABLE', `what was written below ${path} is not there`);
  } finally {
    await emptyDirectory(spark, path, options);
  }
}
