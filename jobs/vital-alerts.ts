import { openPool } from '../database/index.ts';
import { databaseSettings, kafkaSettings, smtpSettings, storageSettings } from '../settings/index.ts';
import { BatchAlerts } from './alerts/batch-alerts.ts';
import { limitsOfPatients, measurementsToReport, noReadings } from './alerts/limits-view.ts';
import { Mailer } from './alerts/mailer.ts';
import type { Job, JobContext, PreparedJob } from './job.ts';
import { judgeMessages, readingsOf, readMessages } from './messages.ts';

const QUERY = 'vital-alerts';

// As soon as data is there: an alert that waits for a clock is late.
const DEFAULT_TRIGGER = '0 seconds';

/**
 * Mails the doctor when readings are out of limits. Spark joins each batch with the limits and hands over only what breaks
 * one; this process groups and mails it. A batch is committed after its mails are with the mail server.
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
    };
  },

  async prepare({ spark, environment, log, triggerInterval, report }: JobContext): Promise<PreparedJob> {
    const storage = storageSettings(environment);
    const database = databaseSettings(environment);
    const pool = openPool(database);
    const smtp = smtpSettings(environment);
    const mailer = new Mailer(smtp);
    const close = async () => {
      mailer.close();
      // A pool that never got a connection fails to end, too; why is told by whoever needed one.
      await pool.end().catch((error: unknown) => log.debug({ err: error }, 'the pool did not end cleanly'));
    };
    try {
      const alerts = new BatchAlerts({
        spark,
        pool,
        database,
        mailer,
        smtp,
        log,
        report,
        query: QUERY,
        scope: storage.alertsCheckpoint,
      });
      await Promise.all([alerts.refreshLimits(), mailer.verify()]);
      const readings = readingsOf(judgeMessages(readMessages(spark, kafkaSettings(environment))));
      const writer = readings.writeStream
        .queryName(QUERY)
        .outputMode('append')
        .trigger({ processingTime: triggerInterval ?? DEFAULT_TRIGGER })
        .option('checkpointLocation', storage.alertsCheckpoint)
        .foreachBatch((batch, batchId, { signal }) => alerts.handle(batch, batchId, signal));
      const checkpoint = { path: storage.alertsCheckpoint, setting: 'ALERTS_CHECKPOINT' };
      const eachBatch = measurementsToReport(noReadings(spark), limitsOfPatients(spark, [], []));
      return {
        queries: [{ name: QUERY, writer, plans: { stream: readings, 'each batch': eachBatch }, checkpoint }],
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};
