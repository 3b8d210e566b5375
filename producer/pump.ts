import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../settings/index.ts';
import { type ReadingMessage, readingMessage } from './contract/index.ts';
import type { Position } from './position.ts';
import { parseRow, recordedAtOf, type SourceRow, sourceIdOf } from './row.ts';
import type { Sink } from './sink.ts';
import type { Source } from './source.ts';

/** Problems of rows that are told one by one; the rest is counted. */
const REPORTED_PROBLEMS = 100;
const FOLLOW_POLL_MS = 500;

export interface PumpOptions {
  /** Between one message and the next; 0 for as fast as it goes. */
  readonly intervalMs: number;
  /** Whether to wait for new rows after the last one. */
  readonly follow: boolean;
  /** Messages at most. */
  readonly limit: number;
  /** Messages of one request when unthrottled. */
  readonly batchRows: number;
  /** Called with the values of each acknowledged batch, in order; a promise holds the pump back. */
  readonly onSent?: (values: readonly string[]) => Promise<void> | void;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export interface PumpResult {
  readonly sent: number;
  /** Rows that are no readings. */
  readonly skipped: number;
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
export async function pump(source: Source, sink: Sink, position: Position, options: PumpOptions): Promise<PumpResult> {
  const startedAt = performance.now();
  const tally = { sent: 0, skipped: 0, lastId: undefined as string | undefined };
  const pace = pacer(options.intervalMs, options.signal);
  const batchRows = options.intervalMs > 0 ? 1 : options.batchRows;

  for await (const batch of batches(source, position, batchRows, options)) {
    const messages: ReadingMessage[] = [];
    for (const row of batch) {
      const message = toMessage(row, () => ++tally.skipped, options.logger);
      if (message !== undefined && tally.sent + messages.length < options.limit) messages.push(message);
    }
    if (messages.length > 0 && !(await pace())) break;
    await sink.send(messages);
    tally.sent += messages.length;
    const last = batch.at(-1);
    const lastId = last && sourceIdOf(last);
    if (lastId !== undefined) {
      tally.lastId = lastId;
      await position.acknowledged(lastId);
    }
    if (messages.length > 0) await options.onSent?.(messages.map(({ value }) => value));
    if (tally.sent >= options.limit || options.signal.aborted) break;
  }
  return { ...tally, elapsedMs: performance.now() - startedAt };
}

/** Rows in batches no larger than asked for, page after page, and in follow mode poll after poll. */
async function* batches(source: Source, position: Position, rows: number, { follow, signal }: PumpOptions) {
  if (!source.table.hasId) {
    for await (const page of source.unordered()) yield* slices(page, rows);
    return;
  }
  for (;;) {
    for await (const page of source.pages(await position.load())) yield* slices(page, rows);
    if (!follow || !(await rest(FOLLOW_POLL_MS, signal))) return;
  }
}

function* slices(page: readonly SourceRow[], rows: number) {
  if (page.length <= rows) yield page;
  else for (let start = 0; start < page.length; start += rows) yield page.slice(start, start + rows);
}

function toMessage(row: SourceRow, countSkipped: () => number, logger: Logger): ReadingMessage | undefined {
  const sourceId = sourceIdOf(row);
  const parsed = parseRow(row);
  if ('reading' in parsed) return readingMessage(parsed.reading, { sourceId, recordedAt: recordedAtOf(row) });
  const skipped = countSkipped();
  if (skipped <= REPORTED_PROBLEMS) logger.warn(`row ${sourceId ?? '(no id)'} skipped: ${parsed.problem}`);
  if (skipped === REPORTED_PROBLEMS) logger.warn('further rows like this are only counted');
  return undefined;
}

/** Waits for the next beat of a clock that started with the first message, so that small delays do not add up. */
function pacer(intervalMs: number, signal: AbortSignal): () => Promise<boolean> {
  let next: number | undefined;
  return async () => {
    if (signal.aborted) return false;
    if (intervalMs === 0) return true;
    const now = performance.now();
    // After a stall the clock starts anew instead of catching up with a burst.
    const due = next === undefined || now - next > intervalMs ? now : next;
    next = due + intervalMs;
    return due <= now || (await rest(due - now, signal));
  };
}

/** @returns whether the time passed; false when the signal fired first */
async function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
