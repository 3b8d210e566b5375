import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import {
  command,
  createLogger,
  databaseSettings,
  formatDuration,
  type KafkaSettings,
  kafkaSettings,
  loadEnvironment,
  OperatorError,
  parseDuration,
  parseInterval,
  runCommand,
  topicName,
  withCloudSettings,
} from '../settings/index.ts';
import { type PumpResult, pump } from './pump.ts';
import { OrderedRowFeed, type RowFeed, UnorderedRowFeed } from './row-feed.ts';
import { PlainSink, type Sink } from './sink.ts';
import { Source } from './source.ts';
import { startingPoint } from './starting-point.ts';
import { TransactionalSink } from './transactional-sink.ts';

const PAGE_ROWS = 20_000;
const PACED_PAGE_ROWS = 500;
/** Pauses of about 25 s in all. */
const RETRIES = 7;

interface Options {
  readonly interval?: string;
  readonly unthrottled?: true;
  readonly once?: true;
  readonly follow?: true;
  readonly quiet?: true;
  readonly from?: bigint;
  readonly lagWindow: string;
  readonly source?: string;
  readonly limit?: number;
  readonly json?: true;
  readonly table: string;
  readonly topic?: string;
  readonly rds?: string;
}

const program = command(
  'produce',
  'Sends the readings of a table to the topic, each row once: a run goes on where the last one ended, however it ended.',
)
  .option('--interval <duration>', 'time between two messages, e.g. 250ms or 0.1ms (default: 1s)')
  .option('--unthrottled', 'as fast as it goes')
  .option('--once', 'end at the last row (the default)')
  .option(
    '--follow',
    'wait for new rows after the last one, until interrupted; wait for a lost database or broker for ever',
  )
  .option('--quiet', 'do not print the messages')
  .option(
    '--from <id>',
    'start at the row with this id, or with `start` at the first, instead of after the last one sent',
    id,
  )
  .option('--lag-window <duration>', 'how long a missing id is looked for: its transaction may still be open', '60s')
  .option('--source <name>', 'what the position is kept under (default: host:port/database/table)', sourceName)
  .option('--limit <count>', 'send this many messages at most', count)
  .option('--json', 'log and sum up as JSON')
  .option('--table <name>', 'table to read', 'patients_vital_info')
  .option('--topic <name>', 'topic to write to (default: KAFKA_TOPIC)', topicOption)
  .option('--rds <name>', 'RDS instance or cluster to read from (default: DATABASE_RDS)');

await runCommand(async (signal) => {
  const options = program.parse().opts<Options>();
  const intervalMs = intervalOf(options);
  const lagWindowMs = parseDuration(options.lagWindow, '--lag-window');
  if (options.once && options.follow) throw usage('--once and --follow exclude each other');
  const { table } = options;
  const logger = createLogger({ name: 'produce', ...(options.json ? { json: true } : {}) });
  const environment = await withCloudSettings(
    loadEnvironment({ KAFKA_TOPIC: options.topic, DATABASE_RDS: options.rds }),
  );
  const [kafka, database] = [kafkaSettings(environment), databaseSettings(environment)];
  const retries = options.follow ? Number.POSITIVE_INFINITY : RETRIES;
  const pageRows = intervalMs < 1 ? PAGE_ROWS : PACED_PAGE_ROWS;
  const source = await Source.open(database, { table, pageRows, retries, signal, logger });
  let sink: Sink | undefined;
  try {
    let feed: RowFeed;
    if (source.table.hasId) {
      // Before another producer is fenced, or a position is written that no run could go on from.
      if (options.from !== undefined) await requireInTable(source, options.from);
      const identity = options.source ?? `${database.host}:${database.port}/${database.database}/${table}`;
      const transactional = await TransactionalSink.open(kafka, { source: identity, retries, signal, logger });
      sink = transactional;
      const start = startingPoint(transactional, { from: options.from, source: identity, table, kafka, logger });
      // Written at once: what was asked for holds even if this run ends before its first message.
      if (options.from !== undefined) await sink.commit({ messages: [], rejected: [], position: start });
      const below = await source.rowsBelowOne();
      if (below > 0) logger.warn(`${below} rows of ${table} have ids below 1 and are not sent`);
      feed = await OrderedRowFeed.open(source, { start, follow: options.follow === true, lagWindowMs, signal, logger });
    } else {
      if (options.follow || options.from !== undefined) {
        throw usage(`Table ${table} has no unique integer id that is never null, which --follow and --from need`);
      }
      logger.warn(
        `table ${table} has no unique integer id that is never null: the order is the table's own, and a run that ends early cannot be resumed`,
      );
      sink = await PlainSink.open(kafka, logger);
      feed = new UnorderedRowFeed(source, signal);
    }
    const result = await pump(feed, sink, {
      table,
      intervalMs,
      limit: options.limit ?? Number.POSITIVE_INFINITY,
      ...(options.quiet ? {} : { onSent: printValues }),
      signal,
      logger,
    });
    sumUp(result, kafka, options.json === true);
  } finally {
    await sink?.close();
    await source.close();
  }
});

/** The next row to come may be named, but none behind it: rows would be passed over, and the table taken for another one. */
async function requireInTable(source: Source, from: bigint): Promise<void> {
  const { id: end } = await source.end();
  if (from <= end + 1n || end === 0n) return;
  throw usage(`--from ${from} is beyond table ${source.table.name}, which ends at ${end}`);
}

function intervalOf({ interval, unthrottled }: Options): number {
  if (unthrottled && interval !== undefined) throw usage('--interval and --unthrottled exclude each other');
  return unthrottled ? 0 : parseInterval(interval ?? '1s', '--interval');
}

function id(text: string): bigint {
  if (text === 'start') return 0n;
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('It is a row id, a whole number, or `start`.');
  return BigInt(text);
}

function sourceName(text: string): string {
  if (!/^[^\s#]{1,200}$/.test(text)) throw new InvalidArgumentError('It is a name without spaces and #.');
  return text;
}

function topicOption(text: string): string {
  if (topicName.safeParse(text).success) return text;
  throw new InvalidArgumentError('It is a topic name: letters, digits, . _ and -, 249 at most.');
}

function count(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

async function printValues(values: readonly string[]): Promise<void> {
  if (process.stdout.destroyed) return;
  if (!process.stdout.write(`${values.join('\n')}\n`)) {
    await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]);
  }
}

function sumUp({ sent, rejected, lastId, elapsedMs }: PumpResult, kafka: KafkaSettings, json: boolean): void {
  const { topic, rejectedTopic } = kafka;
  const perSecond = elapsedMs > 0 ? Math.round((sent / elapsedMs) * 1_000) : 0;
  if (json) {
    const summary = { sent, rejected, lastId: lastId ?? null, topic, elapsedMs: Math.round(elapsedMs), perSecond };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return;
  }
  const rejectedText = rejected === 0 ? '' : `, ${rejected} ${rejected === 1 ? 'row' : 'rows'} to ${rejectedTopic}`;
  const readings = sent === 1 ? 'reading' : 'readings';
  process.stderr.write(
    `${sent} ${readings} sent to ${topic} in ${formatDuration(elapsedMs)} (${perSecond}/s)${rejectedText}\n`,
  );
}

function usage(message: string): OperatorError {
  return new OperatorError('USAGE', message, { exitCode: 2, next: 'See --help.' });
}
