import { databaseError, openPool, readDirectory } from '../database/index.ts';
import { sparkSignInOptions } from '../producer/contract/spark-sign-in.ts';
import { kafkaClient, RETRY_TO_OPEN, within } from '../producer/index.ts';
import {
  codeOf,
  databaseSettings,
  type Environment,
  type KafkaSettings,
  kafkaSettings,
  type Logger,
  messageOf,
  storageSettings,
} from '../settings/index.ts';
import { ensureAlertsTopic } from './alert-topic/alerts-topic.ts';
import { judgedMessages } from './alert-topic/judge-in-spark.ts';
import { requireRealTime } from './alert-topic/real-time.ts';
import { alertStanding } from './alerts/alert-standing.ts';
import { bandsAsRows } from './alerts/bands-in-spark.ts';
import { bandsFingerprint } from './alerts/limits-directory.ts';
import { endPool } from './alerts/open-driver.ts';
import { describeDatabase, describeKafka } from './describe-settings.ts';
import type { Job } from './job.ts';
import { judgeMessages, readingsOf, readMessages } from './messages.ts';

/** Another one than that of foreachBatch, so that `status` shows which way is taken. */
export const VIA_TOPIC_QUERY = 'vital-alerts-topic';

/** How long a batch of real-time mode lasts. Where one ends, readings wait for some hundred milliseconds. */
const REAL_TIME_BATCH = '5 minutes';

const FAREWELL_LIMIT_MS = 2_000;

/**
 * vital-alerts for a server without Python, and without an attached process: Spark writes each reading to a topic, with what
 * is out of limits by the patients' limits at the time of submission; `npm run alerts -- run` makes episodes and mails of
 * it, by the limits of its own time.
 */
export function vitalAlertsViaTopic({ realTime }: { readonly realTime: boolean }): Job {
  return {
    name: 'vital-alerts',
    description: "readings against the patients' limits, to the alerts' topic",
    attached: false,
    queryNames: [VIA_TOPIC_QUERY],
    // That of foreachBatch too: the two cannot run at the same time.
    identity: (environment) => storageSettings(environment).alertsCheckpoint,

    describe(environment) {
      const kafka = kafkaSettings(environment);
      return {
        ...describeKafka(kafka),
        KAFKA_ALERTS_TOPIC: kafka.alertsTopic,
        ...describeDatabase(databaseSettings(environment)),
        ALERTS_CHECKPOINT: checkpointOf(environment),
      };
    },

    standing: alertStanding,

    async prepare({ spark, environment, log, triggerInterval, pace }) {
      const kafka = kafkaSettings(environment);
      const [directory, partitions] = await Promise.all([readLimits(environment), prepareTopic(kafka, log)]);
      if (realTime) await requireRealTime(spark, partitions, log);
      const judged = judgedMessages(
        readingsOf(judgeMessages(readMessages(spark, kafka))),
        await bandsAsRows(spark, directory),
        { topic: kafka.topic, limits: bandsFingerprint(directory) },
      );
      const writer = judged.writeStream
        .queryName(VIA_TOPIC_QUERY)
        .format('kafka')
        .outputMode(realTime ? 'update' : 'append')
        .trigger(realTime ? { realTime: REAL_TIME_BATCH } : { processingTime: triggerInterval ?? pace.alertsTrigger })
        .options({ ...sinkOptions(kafka), checkpointLocation: checkpointOf(environment) });
      log.info(
        `vital-alerts writes to topic ${kafka.alertsTopic}: \`npm run alerts -- run\` must run too, and makes episodes and mails of it`,
      );
      const checkpoint = { path: checkpointOf(environment), setting: 'ALERTS_CHECKPOINT' };
      const query = { name: VIA_TOPIC_QUERY, writer, plans: { stream: judged }, checkpoint, isRealTime: realTime };
      return { queries: [query], close: () => Promise.resolve() };
    },
  };
}

function checkpointOf(environment: Environment): string {
  return `${storageSettings(environment).alertsCheckpoint}-topic`;
}

/** Messages of a partition keep their order, whatever the brokers do: one that is given up would be missing between others. */
function sinkOptions({ brokers, signIn, alertsTopic }: KafkaSettings) {
  return {
    'kafka.bootstrap.servers': brokers.join(','),
    ...sparkSignInOptions(signIn),
    topic: alertsTopic,
    'kafka.acks': 'all',
    'kafka.enable.idempotence': true,
    'kafka.delivery.timeout.ms': 2 ** 31 - 1,
  };
}

async function readLimits(environment: Environment) {
  const settings = databaseSettings(environment);
  const pool = openPool(settings);
  try {
    return await readDirectory(pool);
  } catch (error) {
    throw databaseError(error, settings);
  } finally {
    await endPool(pool);
  }
}

/**
 * Makes the topic where it is missing.
 *
 * @returns the partitions of the readings; undefined where this machine does not reach Kafka, which Spark may do all the same
 */
async function prepareTopic(kafka: KafkaSettings, log: Logger): Promise<number | undefined> {
  const admin = kafkaClient(kafka, log, RETRY_TO_OPEN, 'instant-health-alerts').admin();
  try {
    await admin.connect();
    return await ensureAlertsTopic(admin, kafka);
  } catch (error) {
    if (codeOf(error) === 'SETTING_INVALID' || codeOf(error) === 'KAFKA_TOPIC_MISSING') throw error;
    log.warn(
      `topic ${kafka.alertsTopic} (KAFKA_ALERTS_TOPIC) could not be looked at from here: ${messageOf(error)}. It must be there, with as many partitions as ${kafka.topic}; \`npm run alerts -- run\` makes it`,
    );
    return undefined;
  } finally {
    await within(FAREWELL_LIMIT_MS, admin.disconnect());
  }
}
