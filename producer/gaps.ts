/**
 * Ids that were not there when rows behind them were. AUTO_INCREMENT hands an id out when a row is inserted, but the
 * row is seen when its transaction commits, so ids appear out of order: a missing one may belong to a transaction that
 * is still open, or to one that was rolled back and never comes. Nobody can tell which, so a gap is read again until a
 * time, the lag window, has passed since it was noticed.
 *
 * Pure: times come from outside, in milliseconds of a clock that never goes back.
 */
export interface Gap {
  readonly from: bigint;
  readonly to: bigint;
  /** Since when it is known that a row behind this gap was there and the gap's rows were not. */
  readonly since: number;
}

/** When a page of rows was asked for, and when it came. */
export interface ReadTimes {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The last id that was there at a moment: everything below was handed out before. */
export interface TableEnd {
  readonly id: bigint;
  readonly at: number;
}

export interface GapLedgerOptions {
  /** Id after which reading starts. */
  readonly after: bigint;
  /** Gaps that are open already, in order. */
  readonly gaps: readonly Gap[];
  /** The lag window; 0 for none: then a gap is never read again. */
  readonly windowMs: number;
  /** The table's end when reading started: gaps below it are as old as that, whenever the reader comes by. */
  readonly endAtStart: TableEnd;
}

export class GapLedger {
  readonly #windowMs: number;
  readonly #endAtStart: TableEnd;
  #gaps: Gap[];
  /** The id after the last one; exact as a number where it can be, since almost every row has just this id. */
  #next: bigint;
  #nextNumber: number;

  constructor({ after, gaps, windowMs, endAtStart }: GapLedgerOptions) {
    this.#windowMs = windowMs;
    this.#endAtStart = endAtStart;
    this.#gaps = [...gaps];
    this.#next = after + 1n;
    this.#nextNumber = exactNumber(this.#next);
  }

  /** The highest id that was handled; all below it were too, or are in a gap, or are given up. */
  get after(): bigint {
    return (Number.isNaN(this.#nextNumber) ? this.#next : BigInt(this.#nextNumber)) - 1n;
  }

  /** In order of their ids. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  /** Notes a row behind all others, and the gap before it where there is one. */
  pass(id: number | string, read: ReadTimes): void {
    if (id === this.#nextNumber) {
      this.#nextNumber = exactNumber(id + 1);
      if (Number.isNaN(this.#nextNumber)) this.#next = BigInt(id) + 1n;
      return;
    }
    const [from, exact] = [this.after + 1n, BigInt(id)];
    if (exact < from) throw new Error(`row ${id} comes after row ${this.after}`);
    if (exact > from) this.#open(from, exact - 1n, read);
    this.#next = exact + 1n;
    this.#nextNumber = exactNumber(this.#next);
  }

  /** Notes a row that was in a gap. */
  found(id: number | string): void {
    const exact = BigInt(id);
    const index = this.#gaps.findIndex(({ from, to }) => from <= exact && exact <= to);
    const gap = this.#gaps[index];
    if (gap === undefined) throw new Error(`row ${id} is in no gap`);
    const rest = [
      { ...gap, to: exact - 1n },
      { ...gap, from: exact + 1n },
    ].filter(({ from, to }) => from <= to);
    this.#gaps.splice(index, 1, ...rest);
  }

  /**
   * Gives up the gaps whose window had passed before all gaps were read again.
   *
   * @param readStartedAt when that reading was asked for
   * @returns what was given up
   */
  expire(readStartedAt: number): readonly Gap[] {
    const isOver = ({ since }: Gap) => readStartedAt - since >= this.#windowMs;
    const over = this.#gaps.filter(isOver);
    if (over.length > 0) this.#gaps = this.#gaps.filter((gap) => !isOver(gap));
    return over;
  }

  #open(from: bigint, to: bigint, { startedAt, endedAt }: ReadTimes): void {
    if (this.#windowMs === 0) return;
    const { id, at } = this.#endAtStart;
    const since = to < id ? Math.min(at, endedAt) : endedAt;
    // The page itself was the last look at it.
    if (startedAt - since >= this.#windowMs) return;
    this.#gaps.push({ from, to, since });
  }
}

/** Ids as people read them: `5, 7–9 and 12 more ranges`. */
export function describeGaps(gaps: readonly Gap[], shown = 5): string {
  const ranges = gaps.slice(0, shown).map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`));
  const hidden = gaps.length - ranges.length;
  return `${ranges.join(', ')}${hidden > 0 ? ` and ${hidden} more` : ''}`;
}

function exactNumber(id: bigint | number): number {
  const value = Number(id);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
