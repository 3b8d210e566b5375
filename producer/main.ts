import { once } from 'node:events';
import { InvalidArgumentError } from 'commander';
import {
  command,
  createLogger,
  databaseSettings,
  formatDuration,
  kafkaSettings,
  loadEnvironment,
  OperatorError,
  parseDuration,
  runCommand,
} from '../settings/index.ts';
import { MemoryPosition } from './position.ts';
import { type PumpResult, pump } from './pump.ts';
import { Sink } from './sink.ts';
import { Source } from './source.ts';

/** Measured: larger batches make the client's grouping by partition the bottleneck, smaller ones the round trip. */
const BATCH_ROWS = 500;
const PAGE_ROWS = 10_000;
const PACED_PAGE_ROWS = 500;
/** About 25 s in all. */
const PAGE_RETRIES = 7;

interface Options {
  readonly interval?: string;
  readonly unthrottled?: true;
  readonly once?: true;
  readonly follow?: true;
  readonly quiet?: true;
  readonly from?: string;
  readonly limit?: number;
  readonly json?: true;
  readonly table: string;
  readonly topic?: string;
}

const program = command('produce', 'Sends the readings of a table to the topic, in the order of their ids.')
  .option('--interval <duration>', 'time between two messages, e.g. 250ms (default: 1s)')
  .option('--unthrottled', 'as fast as it goes')
  .option('--once', 'end at the last row (the default)')
  .option('--follow', 'wait for new rows after the last one, until interrupted')
  .option('--quiet', 'do not print the messages')
  .option('--from <id>', 'start at the row with this id', id)
  .option('--limit <count>', 'send this many messages at most', count)
  .option('--json', 'log and sum up as JSON')
  .option('--table <name>', 'table to read', 'patients_vital_info')
  .option('--topic <name>', 'topic to write to (default: KAFKA_TOPIC)');

await runCommand(async (signal) => {
  const options = program.parse().opts<Options>();
  const intervalMs = intervalOf(options);
  if (options.once && options.follow) throw usage('--once and --follow exclude each other');
  const logger = createLogger({ name: 'produce', ...(options.json ? { json: true } : {}) });
  const environment = loadEnvironment(options.topic === undefined ? {} : { KAFKA_TOPIC: options.topic });
  const kafka = kafkaSettings(environment);
  const source = await Source.open(databaseSettings(environment), {
    table: options.table,
    pageRows: intervalMs === 0 ? PAGE_ROWS : PACED_PAGE_ROWS,
    retries: options.follow ? Number.POSITIVE_INFINITY : PAGE_RETRIES,
    signal,
    logger,
  });
  try {
    if (!source.table.hasId) {
      if (options.follow || options.from !== undefined) {
        throw usage(`Table ${options.table} has no unique integer id, which --follow and --from need`);
      }
      logger.warn(
        `table ${options.table} has no unique integer id: the order is the table's own, and a run that ends early cannot be resumed`,
      );
    }
    const sink = await Sink.open(kafka, logger);
    try {
      const result = await pump(source, sink, new MemoryPosition(options.from ?? '0'), {
        intervalMs,
        follow: options.follow === true,
        limit: options.limit ?? Number.POSITIVE_INFINITY,
        batchRows: BATCH_ROWS,
        ...(options.quiet ? {} : { onSent: printValues }),
        signal,
        logger,
      });
      sumUp(result, kafka.topic, options.json === true);
    } finally {
      await sink.close();
    }
  } finally {
    await source.close();
  }
});

function intervalOf({ interval, unthrottled }: Options): number {
  if (unthrottled && interval !== undefined) throw usage('--interval and --unthrottled exclude each other');
  return unthrottled ? 0 : parseDuration(interval ?? '1s', '--interval');
}

/** The id before the first row that is wanted, since a position says what is done. */
function id(text: string): string {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('It is a row id, a whole number.');
  return String(BigInt(text) - 1n);
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

function sumUp({ sent, skipped, lastId, elapsedMs }: PumpResult, topic: string, json: boolean): void {
  const perSecond = elapsedMs > 0 ? Math.round((sent / elapsedMs) * 1_000) : 0;
  if (json) {
    const summary = { sent, skipped, lastId: lastId ?? null, topic, elapsedMs: Math.round(elapsedMs), perSecond };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return;
  }
  const skippedText = skipped === 0 ? '' : `, ${skipped} ${skipped === 1 ? 'row' : 'rows'} skipped`;
  const readings = sent === 1 ? 'reading' : 'readings';
  process.stderr.write(
    `${sent} ${readings} sent to ${topic} in ${formatDuration(elapsedMs)} (${perSecond}/s)${skippedText}\n`,
  );
}

function usage(message: string): OperatorError {
  return new OperatorError('USAGE', message, { exitCode: 2, next: 'See --help.' });
}
