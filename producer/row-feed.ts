import { type Logger, OperatorError } from '../settings/index.ts';
import { describeGaps, GapLedger } from './gaps.ts';
import { rest } from './pacer.ts';
import { gapsSince, positionOf, type SourcePosition } from './position.ts';
import type { SourceRow } from './row.ts';
import type { Page, Source } from './source.ts';

/** How often gaps are read again, and in follow mode the end of the table. */
const POLL_MS = 500;
/** How often the table is asked whether it still reaches as far as the position. */
const END_CHECK_MS = 10_000;
/** Gaps at most, with a page's worth in addition; more would make the position's record too large for a message. */
const MOST_GAPS = 5_000;

/** Rows to be sent, taken in pieces of any size. */
export interface RowFeed {
  /**
   * Resolves when there is something to take: rows, or only a position that has changed.
   *
   * @returns false at the end, or when the signal has fired
   */
  ready(): Promise<boolean>;
  /** Rows that are there, at most so many; they count as handled. */
  take(most: number): readonly SourceRow[];
  /** How far the table is read with all that was taken. */
  position(): SourcePosition;
}

export interface RowFeedOptions {
  readonly start: SourcePosition;
  /** Whether to wait for new rows after the last one. */
  readonly follow: boolean;
  /** How long a missing id is looked for, milliseconds. */
  readonly lagWindowMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** The rows of a table in the order of their ids, and late ones as soon as they are seen. */
export class OrderedRowFeed implements RowFeed {
  readonly #source: Source;
  readonly #options: RowFeedOptions;
  readonly #ledger: GapLedger;
  #pages: AsyncGenerator<Page, void, undefined>;
  #page: Page | undefined;
  #taken = 0;
  #late: SourceRow[] = [];
  #lookAgainAt = 0;
  #checkEndAt = performance.now() + END_CHECK_MS;
  #isAtEnd = false;
  #hasGivenUp = false;
  #isWaitingForGaps = false;

  private constructor(source: Source, options: RowFeedOptions, ledger: GapLedger) {
    this.#source = source;
    this.#options = options;
    this.#ledger = ledger;
    this.#pages = source.pages(String(ledger.after));
  }

  /** @throws OperatorError of the source, or `POSITION_BEYOND_TABLE` */
  static async open(source: Source, options: RowFeedOptions): Promise<OrderedRowFeed> {
    const endAtStart = await source.end();
    const { start, lagWindowMs } = options;
    const ledger = new GapLedger({
      after: start.after,
      gaps: gapsSince(start, performance.now()),
      windowMs: lagWindowMs,
      endAtStart,
    });
    checkEnd(endAtStart.id, start.after, source.table.name);
    return new OrderedRowFeed(source, options, ledger);
  }

  async ready(): Promise<boolean> {
    for (;;) {
      if (this.#options.signal.aborted) return false;
      if (performance.now() >= this.#lookAgainAt) await this.#lookIntoGaps();
      if (this.#late.length > 0 || this.#hasGivenUp) return true;
      if (this.#hasRows() && this.#ledger.gaps.length <= MOST_GAPS) return true;
      if (!(await this.#advance())) return false;
    }
  }

  take(most: number): readonly SourceRow[] {
    this.#hasGivenUp = false;
    if (this.#late.length > 0) {
      const rows = this.#late.splice(0, most);
      for (const row of rows) this.#ledger.found(idOf(row));
      return rows;
    }
    const page = this.#page;
    if (page === undefined || !this.#hasRows() || this.#ledger.gaps.length > MOST_GAPS) return [];
    const rows = page.rows.slice(this.#taken, this.#taken + most);
    this.#taken += rows.length;
    for (const row of rows) this.#ledger.pass(idOf(row), page);
    return rows;
  }

  position(): SourcePosition {
    return positionOf(this.#ledger.after, this.#ledger.gaps, performance.now());
  }

  #hasRows(): boolean {
    return this.#page !== undefined && this.#taken < this.#page.rows.length;
  }

  /** Gets a page, or waits for one. @returns false at the end */
  async #advance(): Promise<boolean> {
    const { follow, signal, logger } = this.#options;
    const { gaps } = this.#ledger;
    if (this.#hasRows()) {
      if (!this.#isWaitingForGaps) {
        logger.warn(`${gaps.length} ranges of ids are missing: waiting for them before reading on (--lag-window)`);
        this.#isWaitingForGaps = true;
      }
      return await rest(POLL_MS, signal);
    }
    this.#isWaitingForGaps = false;
    if (!this.#isAtEnd) {
      const { value } = await this.#pages.next();
      this.#page = value ?? undefined;
      this.#taken = 0;
      this.#isAtEnd = value === undefined;
      return true;
    }
    if (!follow) return await this.#waitForGaps();
    if (!(await rest(POLL_MS, signal))) return false;
    await this.#checkEnd();
    this.#isAtEnd = false;
    this.#pages = this.#source.pages(String(this.#ledger.after));
    return true;
  }

  /** After the last row of a run that ends there. */
  async #waitForGaps(): Promise<boolean> {
    const { gaps } = this.#ledger;
    if (gaps.length === 0) return false;
    if (!this.#hasToldOfGaps) {
      this.#hasToldOfGaps = true;
      const seconds = Math.ceil(this.#options.lagWindowMs / 1_000);
      this.#options.logger.warn(
        `rows ${describeGaps(gaps)} are missing; their transactions may be open: waiting up to ${seconds} s for them (--lag-window)`,
      );
    }
    return await rest(Math.min(POLL_MS, this.#options.lagWindowMs), this.#options.signal);
  }
  #hasToldOfGaps = false;

  async #lookIntoGaps(): Promise<void> {
    const startedAt = performance.now();
    if (this.#ledger.gaps.length > 0 && this.#late.length === 0) {
      this.#late = [...(await this.#source.rowsIn(this.#ledger.gaps))];
      if (this.#late.length === 0) {
        const over = this.#ledger.expire(startedAt);
        this.#hasGivenUp = over.length > 0;
        if (this.#hasGivenUp) {
          this.#options.logger.info(`rows ${describeGaps(over)} never appeared: taken for rolled back`);
        }
      }
    }
    const tookMs = performance.now() - startedAt;
    this.#lookAgainAt = performance.now() + Math.max(Math.min(POLL_MS, this.#options.lagWindowMs), tookMs * 10);
  }

  async #checkEnd(): Promise<void> {
    if (performance.now() < this.#checkEndAt) return;
    const { id } = await this.#source.end();
    this.#checkEndAt = performance.now() + END_CHECK_MS;
    checkEnd(id, this.#ledger.after, this.#source.table.name);
  }
}

/** A table without id: every row as it comes. */
export class UnorderedRowFeed implements RowFeed {
  readonly #pages: AsyncGenerator<readonly SourceRow[], void, undefined>;
  readonly #signal: AbortSignal;
  #rows: readonly SourceRow[] = [];
  #taken = 0;

  constructor(source: Source, signal: AbortSignal) {
    this.#pages = source.unordered();
    this.#signal = signal;
  }

  async ready(): Promise<boolean> {
    while (!this.#signal.aborted) {
      if (this.#taken < this.#rows.length) return true;
      const { value } = await this.#pages.next();
      if (value === undefined) return false;
      this.#rows = value;
      this.#taken = 0;
    }
    return false;
  }

  take(most: number): readonly SourceRow[] {
    const rows = this.#rows.slice(this.#taken, this.#taken + most);
    this.#taken += rows.length;
    return rows;
  }

  position(): SourcePosition {
    return { after: 0n, gaps: [] };
  }
}

/** New rows of a table that was made anew would have ids that count as sent: better no reading than a lost one. */
function checkEnd(end: bigint, after: bigint, table: string): void {
  if (end === 0n || end >= after) return;
  throw new OperatorError(
    'POSITION_BEYOND_TABLE',
    `Rows of ${table} were sent up to id ${after}, but it ends at ${end}: it is not the table that it was`,
    { next: 'If it was emptied or restored, say where to go on: --from <id> or --from start.' },
  );
}

function idOf([id]: SourceRow): number | string {
  return typeof id === 'number' ? id : String(id);
}
