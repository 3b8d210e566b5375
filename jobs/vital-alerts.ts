import type { DataFrame } from '@instant-health/spark-connect';
import {
  alertLinkSettings,
  alertSettings,
  databaseSettings,
  type Environment,
  formatDuration,
  kafkaSettings,
  smtpSettings,
  storageSettings,
} from '../settings/index.ts';
import { alertStanding } from './alerts/alert-standing.ts';
import { bandsInSpark } from './alerts/bands-in-spark.ts';
import { collectBatch } from './alerts/batch-facts.ts';
import { bandsOfPatients, batchReport, noReadings } from './alerts/limits-view.ts';
import { openDriver } from './alerts/open-driver.ts';
import { describeDatabase, describeKafka } from './describe-settings.ts';
import type { Job, JobContext, PreparedJob } from './job.ts';
import { judgeMessages, readingsOf, readMessages } from './messages.ts';
import { VIA_TOPIC_QUERY, vitalAlertsViaTopic } from './vital-alerts-via-topic.ts';

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
  queryNames: [QUERY, VIA_TOPIC_QUERY],

  identity: (environment) => storageSettings(environment).alertsCheckpoint,

  describe(environment) {
    const smtp = smtpSettings(environment);
    return {
      ...describeKafka(kafkaSettings(environment)),
      ...describeDatabase(databaseSettings(environment)),
      SMTP: `${smtp.host}:${smtp.port}`,
      SMTP_USER: smtp.credentials?.user ?? '(none)',
      SMTP_PASSWORD: smtp.credentials === undefined ? '(none)' : String(smtp.credentials.password),
      SMTP_TLS: smtp.tls,
      MAIL_FROM: smtp.from,
      ALERTS_CHECKPOINT: storageSettings(environment).alertsCheckpoint,
      ...describeAlerts(environment),
    };
  },

  standing: alertStanding,
  viaTopic: vitalAlertsViaTopic,

  async prepare({ spark, environment, log, triggerInterval, pace, report }: JobContext): Promise<PreparedJob> {
    const storage = storageSettings(environment);
    const kafka = kafkaSettings(environment);
    const { driver, close } = await openDriver({
      environment,
      log,
      report,
      query: QUERY,
      bandsOf: bandsInSpark(spark),
      // One that is nearly full, for some of its messages may be no readings.
      isBehind: (readings) => readings >= MESSAGES_PER_BATCH / 2,
    });
    const handle = (batch: DataFrame, batchId: number, { signal }: { signal: AbortSignal }) =>
      driver.handle(({ bands }, episodes) => collectBatch(batch, bands, episodes, signal), batchId, signal);
    const readings = readingsOf(judgeMessages(readMessages(spark, kafka, { messagesPerBatch: MESSAGES_PER_BATCH })));
    const writer = readings.writeStream
      .queryName(QUERY)
      .outputMode('append')
      .trigger({ processingTime: triggerInterval ?? pace.alertsTrigger })
      .option('checkpointLocation', storage.alertsCheckpoint)
      .foreachBatch(handle, pace.foreachBatch);
    const checkpoint = { path: storage.alertsCheckpoint, setting: 'ALERTS_CHECKPOINT' };
    const eachBatch = batchReport(noReadings(spark), bandsOfPatients(spark, [], []), []);
    return {
      queries: [{ name: QUERY, writer, plans: { stream: readings, 'each batch': eachBatch }, checkpoint }],
      begin: () => driver.begin(),
      close,
    };
  },
};

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
