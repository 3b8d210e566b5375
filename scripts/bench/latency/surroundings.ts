import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import type { Connection } from 'mysql2/promise';
import {
  connect,
  type Limit,
  type Patient,
  prepareDemoDatabase,
  readLimits,
  readPatients,
} from '../../../database/index.ts';
import { ensureTopic } from '../../../producer/index.ts';
import {
  databaseSettings,
  type Environment,
  kafkaSettings,
  loadEnvironment,
  storageSettings,
} from '../../../settings/index.ts';
import { removeFolder } from '../hdfs.ts';
import { TimingCatcher } from './catcher.ts';

/** Everything that one run has to itself: topic, database, HDFS folder, mail server. */
export interface LatencySurroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly database: Connection;
  readonly patients: readonly Patient[];
  readonly limits: readonly Limit[];
  readonly catcher: TimingCatcher;
  /** Folder on HDFS, with its scheme. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface SurroundingsOptions {
  /** Rows of patients_vital_info. */
  readonly readings?: number;
  /** Wins over everything else. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Adds to what the demonstration has. */
  readonly fill?: (database: Connection) => Promise<void>;
}

export async function latencySurroundings({
  readings = 0,
  settings = {},
  fill,
}: SurroundingsOptions = {}): Promise<LatencySurroundings> {
  const run = `bench-${randomBytes(4).toString('hex')}`;
  const path = `/user/hadoop/instant-health/${run}`;
  const catcher = await TimingCatcher.start();
  const environment = loadEnvironment({
    KAFKA_TOPIC: run,
    DATABASE_NAME: `health_${run.replace('-', '_')}`,
    VITALS_DIR: `${path}/patient-vital-info`,
    VITALS_CHECKPOINT: `${path}/checkpoint-vital-info`,
    ALERTS_CHECKPOINT: `${path}/checkpoint-vital-alerts`,
    QUARANTINE_DIR: `${path}/quarantine`,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(catcher.port),
    SMTP_TLS: 'off',
    // Measured is how soon a mail can leave, not how long it is held back for the next one.
    ALERT_MAIL_GAP: '0s',
    ALERT_URGENT_MAIL_GAP: '0s',
    ...settings,
  });
  const { hdfsUrl } = storageSettings(environment);
  await prepareDemoDatabase(environment, { readings: { count: readings } });
  const database = await connect(databaseSettings(environment));
  await fill?.(database);
  const { brokers, topic, alertsTopic } = kafkaSettings(environment);
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await ensureTopic(admin, topic);
  return {
    environment: definedOnly(environment),
    database,
    patients: await readPatients(database),
    limits: await readLimits(database),
    catcher,
    folder: `${hdfsUrl ?? ''}${path}`,
    async close() {
      await Promise.allSettled([
        catcher.close(),
        database.query('DROP DATABASE IF EXISTS ??', [environment.DATABASE_NAME]).then(() => database.end()),
        removeTopics(admin, [topic, alertsTopic]),
        removeFolder(path),
      ]);
    },
  };
}

/** Those that are there. */
async function removeTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  const there = await admin.listTopics();
  await admin.deleteTopics({ topics: topics.filter((topic) => there.includes(topic)) });
  await admin.disconnect();
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
