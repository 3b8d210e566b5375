import type { Pool } from 'mysql2/promise';
import { databaseError, openPool } from '../database/index.ts';
import {
  alertLinkSettings,
  alertSettings,
  databaseSettings,
  type Environment,
  formatDuration,
  kafkaSettings,
  type Logger,
  OperatorError,
  smtpSettings,
  storageSettings,
} from '../settings/index.ts';
import { AlertDriver } from './alerts/alert-driver.ts';
import { readAlertStatus } from './alerts/alert-status.ts';
import { bandsOfPatients, batchReport, noReadings } from './alerts/limits-view.ts';
import { Mailer } from './alerts/mailer.ts';
import type { Job, JobContext, PreparedJob } from './job.ts';
import { judgeMessages, readingsOf, readMessages } from './messages.ts';

const QUERY = 'vital-alerts';

/**
 * After an outage everything that waits would come in one batch, and the readings of patients who are out of limits all pass
 * through this process. In daily work a batch has some hundred.
 */
const MESSAGES_PER_BATCH = 20_000;

/**
 * Tells the doctor when a patient goes out of limits, and how that ends. Spark joins each batch with the limits and hands
 * over only what matters; this process makes episodes of it, writes them with their notifications in one transaction, and
 * mails what the outbox holds. A batch is committed when it is in the database.
 */
export const vitalAlerts: Job = {
  name: 'vital-alerts',
  description: "readings against the patients' limits; mails to the doctor",
  attached: true,
  queryNames: [QUERY],

  identity: (environment) => storageSettings(environment).alertsCheckpoint,

  describe(environment) {
    const database = databaseSettings(environment);
    const kafka = kafkaSettings(environment);
    const smtp = smtpSettings(environment);
    return {
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TOPIC: kafka.topic,
      DATABASE: `${database.user}@${database.host}:${database.port}/${database.database}`,
      DATABASE_PASSWORD: String(database.password),
      DATABASE_TLS: database.tls,
      SMTP: `${smtp.host}:${smtp.port}`,
      SMTP_USER: smtp.credentials?.user ?? '(none)',
      SMTP_PASSWORD: smtp.credentials === undefined ? '(none)' : String(smtp.credentials.password),
      SMTP_TLS: smtp.tls,
      MAIL_FROM: smtp.from,
      ALERTS_CHECKPOINT: storageSettings(environment).alertsCheckpoint,
      ...describeAlerts(environment),
    };
  },

  async standing(environment) {
    const database = databaseSettings(environment);
    const pool = openPool(database);
    try {
      const { counts, failed } = await readAlertStatus(pool, kafkaSettings(environment).topic);
      const troubles = failed.map(
        ({ key, kind, reason, since }) => `${since} UTC, ${kind}, not told: ${reason} (${key})`,
      );
      return { counts, troubles };
    } catch (error) {
      throw databaseError(error, database);
    } finally {
      await endPool(pool);
    }
  },

  async prepare({ spark, environment, log, triggerInterval, pace, report }: JobContext): Promise<PreparedJob> {
    const storage = storageSettings(environment);
    const database = databaseSettings(environment);
    const kafka = kafkaSettings(environment);
    const smtp = smtpSettings(environment);
    const acknowledgeLink = alertLinkSettings(environment);
    const settings = alertSettings(environment);
    const mailer = new Mailer(smtp);
    const pool = openPool(database);
    const driver = new AlertDriver({
      spark,
      pool,
      database,
      topic: kafka.topic,
      settings,
      mailer,
      smtp,
      acknowledgeLink,
      log,
      report,
      query: QUERY,
      messagesPerBatch: MESSAGES_PER_BATCH,
    });
    const close = async () => {
      await driver.stop();
      mailer.close();
      await endPool(pool);
    };
    try {
      await Promise.all([driver.checkDirectory(), requireMailSettings(mailer, log)]);
      const readings = readingsOf(judgeMessages(readMessages(spark, kafka, { messagesPerBatch: MESSAGES_PER_BATCH })));
      const writer = readings.writeStream
        .queryName(QUERY)
        .outputMode('append')
        .trigger({ processingTime: triggerInterval ?? pace.alertsTrigger })
        .option('checkpointLocation', storage.alertsCheckpoint)
        .foreachBatch((batch, batchId, { signal }) => driver.handle(batch, batchId, signal), pace.foreachBatch);
      const checkpoint = { path: storage.alertsCheckpoint, setting: 'ALERTS_CHECKPOINT' };
      const eachBatch = batchReport(noReadings(spark), bandsOfPatients(spark, [], []), []);
      return {
        queries: [{ name: QUERY, writer, plans: { stream: readings, 'each batch': eachBatch }, checkpoint }],
        begin: () => driver.begin(),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

/** A connection that is still being made may fail meanwhile; why, another error tells. */
async function endPool(pool: Pool): Promise<void> {
  await pool.end().catch(() => {});
}

/** A mail server that is away does not keep alerts from being written down; one that will never take ours does. */
async function requireMailSettings(mailer: Mailer, log: Logger): Promise<void> {
  try {
    await mailer.verify();
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'SMTP_UNREACHABLE') throw error;
    log.warn(`${error.message}; mails wait in the outbox until it does. ${error.next ?? ''}`);
  }
}

function describeAlerts(environment: Environment): Readonly<Record<string, string>> {
  const settings = alertSettings(environment);
  const link = alertLinkSettings(environment);
  return {
    ALERT_OPEN_AFTER: `${settings.openAfter} readings`,
    ALERT_RECOVER_AFTER: `${settings.recoverAfter} readings`,
    ALERT_REPEAT_INTERVAL: formatDuration(settings.repeatIntervalMs),
    ALERT_HOLD_TIME: formatDuration(settings.holdTimeMs),
    ALERT_HYSTERESIS: `${settings.hysteresis} units`,
    ALERT_SILENT_AFTER: formatDuration(settings.silentAfterMs),
    ALERT_MAIL_GAP: formatDuration(settings.mailGapMs),
    ALERT_URGENT_MAIL_GAP: formatDuration(settings.urgentMailGapMs),
    OPERATOR_EMAIL: settings.operatorEmail ?? '(none)',
    ALERT_LINK_URL: link?.url ?? '(none)',
    ALERT_LINK_SECRET: link === undefined ? '(none)' : String(link.secret),
    ALERT_LINK_LIFETIME: link === undefined ? '(none)' : formatDuration(link.lifetimeMs),
  };
}
