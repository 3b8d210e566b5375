import { connect as openSocket } from 'node:net';
import { SparkSession } from '@instant-health/spark-connect';
import { Kafka, logLevel } from 'kafkajs';
import { connect } from '../../database/index.ts';
import {
  databaseSettings,
  type Environment,
  kafkaSettings,
  loadEnvironment,
  messageOf,
  smtpSettings,
  sparkSettings,
} from '../../settings/index.ts';
import type { Progress } from '../setup/progress.ts';
import { stackLayout } from './layout.ts';
import { StackError } from './stack-error.ts';
import { StateFile } from './state-file.ts';

const LIMIT_MS = 10_000;

/** One service that somebody else runs. */
interface ExternalService {
  readonly name: string;
  /** The settings that lead to it. */
  readonly variables: string;
  /** Resolves to what is worth telling; rejects with why it is not usable. */
  check(environment: Environment, signal: AbortSignal): Promise<string>;
}

const SERVICES: readonly ExternalService[] = [
  { name: 'database', variables: 'DATABASE_HOST, DATABASE_PORT and DATABASE_TLS', check: checkDatabase },
  { name: 'kafka', variables: 'KAFKA_BROKERS', check: checkKafka },
  { name: 'spark', variables: 'SPARK_REMOTE', check: checkSpark },
  { name: 'mail', variables: 'SMTP_HOST and SMTP_PORT', check: checkMail },
];

/** Starts nothing: checks that every address is set and answers, and writes down which Spark it found. */
export async function upExternal(progress: Progress, signal: AbortSignal): Promise<void> {
  const layout = stackLayout();
  const environment = loadEnvironment();
  const versions: string[] = [];
  for (const { name, variables, check } of SERVICES) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    try {
      const found = await check(environment, limited);
      if (name === 'spark') versions.push(found);
      progress.line(name, `answers: ${found}`);
    } catch (cause) {
      signal.throwIfAborted();
      throw new StackError(`${name}: ${messageOf(cause)}`, { next: `Check ${variables}.`, cause });
    }
  }
  const remote = sparkSettings(environment).remote;
  StateFile.open(layout, 'external').update((state) => ({
    ...state,
    sparkRemotes: Object.fromEntries(versions.map((version) => [version, remote])),
  }));
}

async function checkDatabase(environment: Environment): Promise<string> {
  const settings = databaseSettings(environment);
  const connection = await connect(settings);
  await connection.end();
  return `${settings.host}:${settings.port}`;
}

async function checkKafka(environment: Environment): Promise<string> {
  const { brokers } = kafkaSettings(environment);
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 1 } }).admin();
  try {
    await admin.connect();
    return `${(await admin.describeCluster()).brokers.length} brokers`;
  } finally {
    await admin.disconnect();
  }
}

async function checkSpark(environment: Environment, signal: AbortSignal): Promise<string> {
  const session = SparkSession.builder().remote(sparkSettings(environment).remote).getOrCreate();
  const found = session.then(async (spark) => {
    try {
      return await spark.version();
    } finally {
      await spark.stop();
    }
  });
  // The client tries again for minutes where a server may be starting; here it shall be up.
  return await Promise.race([found, rejectionOf(signal)]);
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${LIMIT_MS / 1000} s`)), { once: true });
  });
}

function checkMail(environment: Environment, signal: AbortSignal): Promise<string> {
  const { host, port } = smtpSettings(environment);
  return new Promise((resolve, reject) => {
    const socket = openSocket({ host, port, signal });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve(`${host}:${port}`);
    });
  });
}
