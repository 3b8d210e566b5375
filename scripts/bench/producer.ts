import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';
import { connect, databaseError, demoReadings, insertReadings, prepareDemoDatabase } from '../../database/index.ts';
import { ensureTopic, readCommitted } from '../../producer/index.ts';
import {
  databaseSettings,
  type Environment,
  kafkaSettings,
  loadEnvironment,
  OperatorError,
} from '../../settings/index.ts';
import type { BenchContext, Benchmark, BenchResult } from './bench.ts';
import { BenchProcess } from './child-process.ts';
import { type PeerPython, peerProgram, providePeerPython } from './peer-python.ts';
import { median } from './statistics.ts';
import { ratio, thousands } from './table.ts';

type Side = 'ours' | 'peer';

interface ProducerRun {
  readonly side: Side;
  /** From the first query to the last acknowledgement, without starting the process. */
  readonly perSecond: number;
  /** From the start of the process to its end, milliseconds. */
  readonly processMs: number;
}

const RUNS = 5;
const TARGET_PER_SECOND = 60_000;
const INSERTED_AT_ONCE = 50_000;

const summarySchema = z.object({ sent: z.number(), elapsedMs: z.number() });

export const producer: Benchmark = {
  name: 'producer',
  description: 'all rows of a table to Kafka, unthrottled: npm run produce and the same in Python',

  async run(context: BenchContext): Promise<BenchResult> {
    const { runs = RUNS, rows, progress, signal } = context;
    const python = await providePeerPython(progress, signal);
    const id = randomBytes(4).toString('hex');
    const environment = loadEnvironment({ DATABASE_NAME: `health_bench_${id}` });
    const { brokers } = kafkaSettings(environment);
    const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const results: ProducerRun[] = [];
    try {
      await seed(environment, rows, context);
      // The first of each side warms the caches of database and broker, and does not count.
      for (let run = 0; run <= runs; run++) {
        for (const side of run % 2 === 1 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
          const result = await oneRun(side, {
            environment,
            kafka,
            admin,
            rows,
            python,
            signal,
            topic: `bench-${id}-${side}-${run}`,
          });
          const name = run === 0 ? 'warm-up' : `${run}/${runs}`;
          progress.line(`producer ${side} ${name}`, `${thousands(result.perSecond)} readings/s`);
          if (run > 0) results.push(result);
        }
      }
    } finally {
      await drop(environment);
      await admin.disconnect();
    }
    return resultOf(results, { rows, peerVersions: python.versions });
  },
};

async function seed(environment: Environment, rows: number, { progress, signal }: BenchContext): Promise<void> {
  const task = progress.task('producer', `writing ${thousands(rows)} rows`);
  try {
    await prepareDemoDatabase(environment, { readings: { count: 0 } });
    const database = await connect(databaseSettings(environment));
    try {
      const readings = demoReadings({ count: rows });
      for (let done = 0; done < rows; done += INSERTED_AT_ONCE) {
        signal.throwIfAborted();
        await insertReadings(database, readings.slice(done, done + INSERTED_AT_ONCE));
        task.detail(`${thousands(Math.min(rows, done + INSERTED_AT_ONCE))} of ${thousands(rows)} rows written`);
      }
    } finally {
      await database.end();
    }
    task.done(`${thousands(rows)} rows written`);
  } catch (error) {
    throw databaseError(error, databaseSettings(environment));
  } finally {
    task.stop();
  }
}

async function drop(environment: Environment): Promise<void> {
  const database = await connect(databaseSettings(environment), { database: null });
  await database.query('DROP DATABASE IF EXISTS ??', [environment.DATABASE_NAME]);
  await database.end();
}

interface RunOptions {
  readonly environment: Environment;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly rows: number;
  readonly python: PeerPython;
  readonly topic: string;
  readonly signal: AbortSignal;
}

async function oneRun(side: Side, options: RunOptions): Promise<ProducerRun> {
  const { environment, kafka, admin, rows, python, topic, signal } = options;
  await ensureTopic(admin, topic);
  let summary: z.infer<typeof summarySchema> | undefined;
  const processOptions = {
    environment: { ...environment, KAFKA_TOPIC: topic, PEER_PACKAGES: python.packages },
    onLine: (line: string) => {
      summary = summarySchema.parse(JSON.parse(line));
    },
  };
  const started = performance.now();
  const child =
    side === 'ours'
      ? BenchProcess.ofProject('produce', ['--unthrottled', '--once', '--quiet', '--json'], processOptions)
      : new BenchProcess('producer.py', python.python, [peerProgram('producer.py')], processOptions);
  try {
    await child.done(signal);
    const processMs = performance.now() - started;
    const arrived = await messagesIn(kafka, topic);
    if (!summary || summary.sent !== rows || arrived !== rows) {
      throw new OperatorError('BENCH_FAILED', `${child.name}: ${arrived} of ${rows} messages are in the topic`);
    }
    return { side, perSecond: (rows / summary.elapsedMs) * 1000, processMs };
  } finally {
    await child.stop();
    const topics = (await admin.listTopics()).filter((name) => name === topic || name.startsWith(`${topic}-`));
    await admin.deleteTopics({ topics });
  }
}

/** Counted by reading: offsets count the ends of transactions too. */
async function messagesIn(kafka: Kafka, topic: string): Promise<number> {
  let count = 0;
  await readCommitted(kafka, topic, {
    visit: () => {
      count += 1;
      return false;
    },
  });
  return count;
}

function resultOf(results: readonly ProducerRun[], settings: Readonly<Record<string, unknown>>): BenchResult {
  const row = (label: string, side: Side) => {
    const rates = results.filter((run) => run.side === side).map(({ perSecond }) => perSecond);
    const wall = results.filter((run) => run.side === side).map(({ processMs }) => processMs);
    const figures = [median(rates), Math.min(...rates), Math.max(...rates)] as const;
    const texts = [label, String(rates.length), ...figures.map(thousands), `${(median(wall) / 1000).toFixed(1)} s`];
    return { median: figures[0], texts };
  };
  const [ours, peer] = [row('TypeScript', 'ours'), row('Python', 'peer')];
  return {
    tables: [
      {
        title: `${thousands(Number(settings.rows))} rows from the database to Kafka, readings per second`,
        columns: ['', 'runs', 'median', 'least', 'most', 'whole process'],
        rows: [ours.texts, peer.texts, ['TypeScript / Python', '', ratio(ours.median, peer.median), '', '', '']],
      },
    ],
    targets: [
      {
        what: 'producer, median',
        limit: `${thousands(TARGET_PER_SECOND)}/s`,
        measured: `${thousands(ours.median)}/s`,
        met: ours.median >= TARGET_PER_SECOND,
      },
    ],
    figures: { ...settings, median: { ours: ours.median, peer: peer.median }, runs: results },
  };
}
