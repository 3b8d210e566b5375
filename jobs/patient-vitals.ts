import { type DataFrame, functions as F } from '@instant-health/spark-connect';
import { kafkaSettings, storageSettings } from '../settings/index.ts';
import { describeKafka } from './describe-settings.ts';
import type { Job, JobContext, PreparedJob } from './job.ts';
import { judgeMessages, readingsOf, readMessages, unreadableOf } from './messages.ts';

const QUERY = {
  console: 'patient-vitals-console',
  archive: 'patient-vitals-archive',
  quarantine: 'patient-vitals-quarantine',
} as const;

// Spark starts batches at multiples of the interval since the epoch. With one interval for all, the three would want every
// core in the same second, and an alert of that second would wait for them: like this they meet every two minutes at most.
const DEFAULT_TRIGGER = { archive: '10 seconds', console: '11 seconds', quarantine: '13 seconds' } as const;

/**
 * Archives every reading: Kafka → schema → `message_time` → parquet on HDFS, shown on Spark's console too.
 * Messages that are no readings go to the quarantine directory with their reason.
 */
export const patientVitals: Job = {
  name: 'patient-vitals',
  description: 'readings to the console and to parquet on HDFS; unreadable messages to quarantine',
  attached: false,
  queryNames: Object.values(QUERY),

  identity: (environment) => storageSettings(environment).vitalsCheckpoint,

  describe(environment) {
    const storage = storageSettings(environment);
    return {
      ...describeKafka(kafkaSettings(environment)),
      VITALS_DIR: storage.vitals,
      VITALS_CHECKPOINT: storage.vitalsCheckpoint,
      QUARANTINE_DIR: storage.quarantine,
    };
  },

  prepare({ spark, environment, triggerInterval }: JobContext): Promise<PreparedJob> {
    const kafka = kafkaSettings(environment);
    const storage = storageSettings(environment);
    const judged = judgeMessages(readMessages(spark, kafka));
    // The console shows what comes from now on: it has no checkpoint, and would repeat the whole topic at every start.
    const shown = archived(readingsOf(judgeMessages(readMessages(spark, kafka, { startingOffsets: 'latest' }))));
    const kept = archived(readingsOf(judged));
    const unreadable = unreadableOf(judged);
    const quarantineCheckpoint = `${storage.vitalsCheckpoint}-quarantine`;
    const queries = [
      {
        name: QUERY.console,
        trigger: DEFAULT_TRIGGER.console,
        plans: { stream: shown },
        checkpoint: undefined,
        writer: shown.writeStream.format('console').option('truncate', false),
      },
      {
        name: QUERY.archive,
        trigger: DEFAULT_TRIGGER.archive,
        plans: { stream: kept },
        checkpoint: { path: storage.vitalsCheckpoint, setting: 'VITALS_CHECKPOINT' },
        writer: parquetSink(kept, storage.vitals, storage.vitalsCheckpoint),
      },
      {
        name: QUERY.quarantine,
        trigger: DEFAULT_TRIGGER.quarantine,
        plans: { stream: unreadable },
        checkpoint: { path: quarantineCheckpoint, setting: 'VITALS_CHECKPOINT' },
        writer: parquetSink(unreadable, storage.quarantine, quarantineCheckpoint),
      },
    ].map(({ trigger, ...query }) => {
      const processingTime = triggerInterval ?? trigger;
      return { ...query, writer: query.writer.queryName(query.name).outputMode('append').trigger({ processingTime }) };
    });
    return Promise.resolve({ queries, close: () => Promise.resolve() });
  },
};

/** The archive's columns, in its order. */
function archived(readings: DataFrame): DataFrame {
  return readings
    .withColumn('message_time', F.currentTimestamp())
    .select('customerId', 'heartBeat', 'bp', 'message_time');
}

/** One file for each batch, instead of one for each partition of the topic: a day of small files is slow to read. */
function parquetSink(frame: DataFrame, path: string, checkpoint: string) {
  return frame
    .coalesce(1)
    .writeStream.format('parquet')
    .options({ path, checkpointLocation: checkpoint, compression: 'snappy' });
}
