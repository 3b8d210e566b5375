/** How often the client asks whether a batch is waiting, in milliseconds. */
export interface PollPace {
  /** While a batch is due. */
  readonly minMs: number;
  /** While nothing is due: bounds the calls of an idle query, which the server wakes when a batch comes. */
  readonly maxMs: number;
}

export const DEFAULT_POLL_PACE: PollPace = Object.freeze({ minMs: 4, maxMs: 1_000 });

/** Longer pauses are rests, from which the server has to wake us. */
export const LONGEST_NAP_MS = 100;

// A query that has been quiet for so many of its usual intervals is idle.
const IDLE_AFTER_INTERVALS = 3;
const IDLE_AFTER_MS = 500;
// The part of the usual interval that can be slept through before a batch is due.
const SLEEPABLE = 0.5;
// How late a batch may be found, as a part of the usual interval: a query of one batch a second needs no question every
// 4 ms. Thus at most about 30 questions are asked for a batch.
const LATENESS = 0.02;
// Where batches are further apart than this, a wake-up is sooner than the next question would be.
const LONGEST_RHYTHM_MS = 1_500;

/**
 * Decides when to ask next: rarely just after a batch, often when the next is due by the query's own rhythm, and once in a
 * rest when it stays away. Pure: it reads no clock.
 */
export class PollPacer {
  readonly #pace: PollPace;
  #lastBatchAt: number | undefined;
  /** Undefined until two batches have come: then the server tells of the next. */
  #intervalMs: number | undefined;

  constructor(pace: PollPace) {
    this.#pace = pace;
  }

  /** A batch was found waiting at `now` (milliseconds). */
  batchSeen(now: number): void {
    if (this.#lastBatchAt !== undefined) {
      const interval = now - this.#lastBatchAt;
      this.#intervalMs = this.#intervalMs === undefined ? interval : this.#intervalMs * 0.7 + interval * 0.3;
    }
    this.#lastBatchAt = now;
  }

  /** Milliseconds to wait before asking again, at `now`, unless a wake-up comes first. */
  delay(now: number): number {
    const { minMs, maxMs } = this.#pace;
    const interval = this.#intervalMs;
    if (this.#lastBatchAt === undefined || interval === undefined || interval > LONGEST_RHYTHM_MS) return maxMs;
    const since = now - this.#lastBatchAt;
    if (since >= Math.max(IDLE_AFTER_MS, interval * IDLE_AFTER_INTERVALS)) return maxMs;
    const dueIn = interval * SLEEPABLE - since;
    const pause = dueIn > 0 ? Math.min(dueIn, LONGEST_NAP_MS) : interval * LATENESS;
    return Math.min(maxMs, Math.max(minMs, pause));
  }
}
