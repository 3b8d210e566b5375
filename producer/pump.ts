import { type Logger, OperatorError } from '../settings/index.ts';
import { type ReadingMessage, readingMessage, rejectedMessage } from './contract/index.ts';
import { pacer } from './pacer.ts';
import { parseRow, recordedAtOf, type SourceRow, sourceIdOf } from './row.ts';
import type { RowFeed } from './row-feed.ts';
import type { Sink } from './sink.ts';

/** Problems of rows that are told one by one; the rest is counted. */
const REPORTED_PROBLEMS = 100;
/** Rows of a transaction when unthrottled, about 300 ms: its start and end cost some round trips and a pause. */
const TRANSACTION_ROWS = 20_000;

export interface PumpOptions {
  readonly table: string;
  /** Between one message and the next; 0 for as fast as it goes. */
  readonly intervalMs: number;
  /** Messages at most. */
  readonly limit: number;
  /** Rows of a transaction at most. */
  readonly transactionRows?: number;
  /** Called with the values of each committed batch, in order; a promise holds the pump back. */
  readonly onSent?: (values: readonly string[]) => Promise<void> | void;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export interface PumpResult {
  readonly sent: number;
  /** Rows that are no readings: they are in the topic of rejected rows. */
  readonly rejected: number;
  /** Id of the last row that was handled, where the table has ids. */
  readonly lastId: string | undefined;
  readonly elapsedMs: number;
}

/**
 * Moves readings from the table to the topic until the last row, the limit or the signal. What was handed to Kafka when
 * the signal fires is still awaited, so the count that comes back is exact.
 *
 * @throws OperatorError of source or sink; everything before the failed batch is in the topic
 */
export async function pump(feed: RowFeed, sink: Sink, options: PumpOptions): Promise<PumpResult> {
  const { signal, limit, transactionRows = TRANSACTION_ROWS } = options;
  const startedAt = performance.now();
  const tally = { sent: 0, rejected: 0, lastId: undefined as string | undefined };
  const due = pacer(options.intervalMs, signal);
  let unused = 0;
  try {
    while (tally.sent < limit && (await feed.ready())) {
      const most = await due(unused);
      if (most === 0) break;
      const rows = feed.take(Math.min(most, transactionRows, limit - tally.sent));
      unused = most - rows.length;
      const { messages, rejected } = sort(rows, tally.rejected, options);
      await sink.commit({ messages, rejected, position: feed.position() });
      tally.sent += messages.length;
      tally.rejected += rejected.length;
      const last = rows.at(-1);
      tally.lastId = (last && sourceIdOf(last)) ?? tally.lastId;
      if (messages.length > 0) await options.onSent?.(messages.map(({ value }) => value));
    }
  } catch (error) {
    // Waiting for database or broker was cut short: what is counted is what was committed.
    if (!signal.aborted || error instanceof OperatorError) throw error;
  }
  return { ...tally, elapsedMs: performance.now() - startedAt };
}

function sort(rows: readonly SourceRow[], rejectedBefore: number, { table, logger }: PumpOptions) {
  const messages: ReadingMessage[] = [];
  const rejected: ReadingMessage[] = [];
  for (const row of rows) {
    const sourceId = sourceIdOf(row);
    const parsed = parseRow(row);
    if ('reading' in parsed) {
      messages.push(readingMessage(parsed.reading, { sourceId, recordedAt: recordedAtOf(row) }));
      continue;
    }
    rejected.push(rejectedMessage({ table, id: sourceId ?? null, reason: parsed.problem }));
    const count = rejectedBefore + rejected.length;
    if (count <= REPORTED_PROBLEMS) logger.warn(`row ${sourceId ?? '(no id)'} rejected: ${parsed.problem}`);
    if (count === REPORTED_PROBLEMS) logger.warn('further rows like this are only counted');
  }
  return { messages, rejected };
}
