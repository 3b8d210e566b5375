import { randomBytes } from 'node:crypto';
import { SparkSession } from '@instant-health/spark-connect';
import type { Connection } from 'mysql2/promise';
import { prepareDemoDatabase } from '../../database/index.ts';
import { loadEnvironment, readStackState } from '../../settings/index.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { Hdfs } from './hdfs.ts';
import { createTestTopic, type TestTopic } from './kafka.ts';
import { MailCatcher } from './smtp.ts';
import { TopicWriter } from './topics.ts';

/** Which Spark the tests of a run are for. */
export function sparkVersion(): string {
  return process.env.SPARK_VERSION || '4.1.1';
}

/** The server of that version. */
export function sparkRemote(): string {
  const remote = process.env.SPARK_REMOTE || readStackState()?.sparkRemotes[sparkVersion()];
  if (remote) return remote;
  throw new Error(`no Spark ${sparkVersion()}: run "npm run stack -- up --spark ${sparkVersion()}"`);
}

/** A session of the test's own, in UTC. */
export function openSession(): Promise<SparkSession> {
  return SparkSession.builder()
    .remote(sparkRemote())
    .config({ 'spark.sql.shuffle.partitions': '1', 'spark.sql.session.timeZone': 'UTC' })
    .create();
}

/** A topic, a database with the demonstration's patients and limits, an HDFS folder and a mail server of one test's own. */
export interface JobSurroundings {
  /** What the jobs are told; variables, ready for a child process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly topic: TestTopic;
  readonly writer: TopicWriter;
  readonly database: TestDatabase;
  readonly connection: Connection;
  readonly mail: MailCatcher;
  readonly hdfs: Hdfs;
  /** The folder that all the jobs' directories are in. */
  readonly folder: string;
  close(): Promise<void>;
}

/**
 * @param purpose letters and digits, becomes part of all names
 * @param readings rows in patients_vital_info
 */
export async function createSurroundings(
  purpose: string,
  { readings = 0, partitions = 3 } = {},
): Promise<JobSurroundings> {
  const folder = `/user/hadoop/instant-health/test-${purpose}-${randomBytes(4).toString('hex')}`;
  const hdfs = new Hdfs();
  const [topic, database, mail] = await Promise.all([
    createTestTopic(purpose, partitions),
    createTestDatabase(purpose),
    MailCatcher.start(),
  ]);
  await prepareDemoDatabase(database.environment, { readings: { count: readings } });
  const writer = await TopicWriter.open(topic);
  const environment = {
    ...addresses(),
    SPARK_REMOTE: sparkRemote(),
    KAFKA_TOPIC: topic.name,
    DATABASE_NAME: database.name,
    VITALS_DIR: `${folder}/vitals`,
    VITALS_CHECKPOINT: `${folder}/checkpoint-vitals`,
    ALERTS_CHECKPOINT: `${folder}/checkpoint-alerts`,
    QUARANTINE_DIR: `${folder}/quarantine`,
    // A test waits for its mails, not for the time between two of them.
    ALERT_MAIL_GAP: '0s',
    ALERT_URGENT_MAIL_GAP: '0s',
    ...mail.environment,
  };
  const close = async () => {
    await writer.close();
    await Promise.all([topic.drop(), database.drop(), mail.close(), hdfs.remove(folder)]);
  };
  return { environment, topic, writer, database, connection: database.connection, mail, hdfs, folder, close };
}

/** The stack's addresses, whether they come from the process's environment or from the state file. */
function addresses(): Record<string, string> {
  const names = /^(DATABASE|KAFKA|HDFS|WEBHDFS)_/;
  return Object.fromEntries(
    Object.entries(loadEnvironment()).flatMap(([name, value]) => (value && names.test(name) ? [[name, value]] : [])),
  );
}
