// npm run demo: the whole system on this machine, from nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { SparkSession } from '@instant-health/spark-connect';
import { Kafka, logLevel } from 'kafkajs';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { connect, DEMO_NOTICE } from '../../database/index.ts';
import { ensureTopic } from '../../producer/index.ts';
import {
  command,
  databaseSettings,
  formatDuration,
  kafkaSettings,
  loadEnvironment,
  OperatorError,
  parseDuration,
  readStackState,
  runCommand,
  type StackState,
  sparkSettings,
} from '../../settings/index.ts';
import { DEFAULT_SPARK_VERSION } from '../setup/index.ts';
import { lineProgress } from '../setup/progress.ts';
import { isStackUp, stackDown, stackUp } from '../stack/index.ts';
import { Mailbox } from './mailbox.ts';
import { Pipeline } from './pipeline.ts';
import { archivedRows, type Check, reconcile } from './reconcile.ts';
import { followSparkConsole, shortenTables } from './spark-console.ts';
import { type DemoSurroundings, demoSurroundings } from './surroundings.ts';

interface DemoOptions {
  readonly interval: string;
  readonly limit: string;
  readonly keep?: true;
}

// The archive looks for data every ten seconds; on a cold server its first batch takes some more.
const SETTLE_LIMIT_MS = 120_000;

const started = Date.now();
const progress = lineProgress((line) => console.log(line));

await runCommand(async (signal) => {
  const program = command('demo', 'Runs the whole alert system on this machine and checks its own result.')
    .option('--keep', 'stay up afterwards, with all pages to look at, until Ctrl-C')
    .option('--interval <duration>', 'time between two readings', '20ms')
    .option('--limit <count>', 'readings to send; the demonstration data has 1800', '1800')
    .parse();
  const options = program.opts<DemoOptions>();
  parseDuration(options.interval, '--interval');
  if (!/^[1-9]\d*$/.test(options.limit)) {
    throw new OperatorError('USAGE', '--limit expects a number of readings', { exitCode: 2 });
  }
  // A stack that somebody else works with stays up.
  const wasUp = isStackUp();
  try {
    await stackUp({ sparks: [DEFAULT_SPARK_VERSION], progress, signal });
    return await demo(options, signal);
  } finally {
    if (!wasUp) await stackDown({ wipe: false, progress });
  }
});

async function demo({ interval, limit, keep }: DemoOptions, signal: AbortSignal): Promise<number> {
  const state = stackState();
  const surroundings = demoSurroundings(loadEnvironment(), new Date(), process.pid);
  progress.line('demo', `${DEMO_NOTICE} Topic ${surroundings.topic}, HDFS folder ${surroundings.folder}`);
  await createTopic(surroundings);
  const pipeline = new Pipeline(surroundings, progress);
  const mailbox = new Mailbox(linkOf(state, 'mailApi'), surroundings.sender);
  const over = new AbortController();
  const following = AbortSignal.any([signal, over.signal]);
  const background: Promise<void>[] = [];
  try {
    const showLine = shortenTables((line) => progress.line('console', line));
    background.push(followSparkConsole(linkOf(state, 'sparkConsole'), showLine, following));
    await pipeline.submitJobs(signal);
    background.push(pipeline.followMails(mailbox, following));
    const sent = await pipeline.produce(['--interval', interval, '--limit', limit], signal);
    const checks = await checkResult(surroundings, pipeline, mailbox, sent, signal);
    printChecks(checks, pipeline);
    printLinks(state, surroundings, keep === true);
    if (keep) await Promise.race([untilAborted(signal), pipeline.failed()]);
    return checks.every(({ holds }) => holds) ? 0 : 1;
  } finally {
    over.abort();
    await pipeline.stop();
    await Promise.allSettled(background);
  }
}

async function checkResult(
  { environment }: DemoSurroundings,
  pipeline: Pipeline,
  mailbox: Mailbox,
  sent: number,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const task = progress.task('check', 'waiting until alerts and archive have all readings');
  const spark = await SparkSession.builder().remote(sparkSettings(environment).remote).create();
  const database = await connect(databaseSettings(environment));
  try {
    await pipeline.alertsDone(sent, SETTLE_LIMIT_MS, signal);
    const archived = await untilArchived(spark, environment.VITALS_DIR ?? '', sent, signal);
    await untilMailed(database, kafkaSettings(environment).topic, signal);
    await pipeline.takeMails(mailbox);
    const checks = await reconcile(database, { sent, archived, mails: pipeline.mails });
    task.done('compared');
    return checks;
  } finally {
    task.stop();
    await database.end();
    await spark.stop();
  }
}

/** What is told within a short time of the last mail to the same doctor waits for it. */
async function untilMailed(database: Connection, topic: string, signal: AbortSignal): Promise<void> {
  const limit = Date.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const [rows] = await database.query<RowDataPacket[]>(
      "SELECT 1 FROM alert_outbox WHERE topic = ? AND state IN ('pending', 'sending') LIMIT 1",
      [topic],
    );
    if (rows.length === 0 || Date.now() > limit) return;
    await delay(250, undefined, { signal });
  }
}

async function untilArchived(
  spark: SparkSession,
  directory: string,
  sent: number,
  signal: AbortSignal,
): Promise<number> {
  const limit = Date.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const rows = await archivedRows(spark, directory);
    // What is missing at the limit, or too much, is for the check to tell.
    if (rows >= sent || Date.now() > limit) return rows;
    await delay(500, undefined, { signal });
  }
}

function printChecks(checks: readonly Check[], { firstMailAt, mails }: Pipeline): void {
  console.log('');
  for (const { what, expected, found, holds } of checks) {
    console.log(`${holds ? '✓' : '✗'} ${what}: ${found}${holds ? '' : `, expected ${expected}`}`);
  }
  const first = firstMailAt === undefined ? '' : `, the first ${formatDuration(firstMailAt - started)} after the start`;
  console.log(`  ${mails.length} mails${first}`);
}

function printLinks(state: StackState, { folder }: DemoSurroundings, keep: boolean): void {
  const { links } = state;
  console.log(`\nWhere to look${keep ? ' (Ctrl-C ends)' : ' (with --keep all stays up)'}:`);
  console.log(`  mails            ${links.mail}`);
  console.log(`  Spark's UI       ${links.sparkUi}`);
  console.log(`  HDFS's UI        ${links.hdfsUi}`);
  console.log(`  parquet files    ${links.hdfsUi}/explorer.html#${folder}/patient-vital-info\n`);
}

async function createTopic({ environment }: DemoSurroundings): Promise<void> {
  const { brokers, topic } = kafkaSettings(environment);
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await ensureTopic(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

function stackState(): StackState {
  const state = readStackState();
  if (state) return state;
  throw new OperatorError('DEMO_FAILED', 'the stack went down while the demo was starting');
}

function linkOf(state: StackState, name: keyof StackState['links']): string {
  const link = state.links[name];
  if (link !== undefined) return link;
  throw new OperatorError('DEMO_FAILED', `the stack of mode ${state.mode} offers no ${name}, which the demo watches`);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
