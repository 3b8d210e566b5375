/** How often the client asks whether a batch is waiting, in milliseconds. */
export interface PollPace {
  /** While a batch is due. */
  readonly minMs: number;
  /** While the query has been idle for long: bounds the calls of an idle query. */
  readonly maxMs: number;
}

export const DEFAULT_POLL_PACE: PollPace = Object.freeze({ minMs: 4, maxMs: 100 });

// A query that has been quiet for so many of its usual intervals is idle.
const IDLE_AFTER_INTERVALS = 3;
const IDLE_AFTER_MS = 500;
const BACK_OFF = 1.3;
// The part of the usual interval that can be slept through before a batch is due.
const SLEEPABLE = 0.5;
// How late a batch may be found, as a part of the usual interval: a query of one batch a second needs no question every
// 4 ms. Thus at most about 30 questions are asked for a batch, however slow the rhythm.
const LATENESS = 0.02;

/**
 * Decides when to ask next: rarely just after a batch, often when the next is due by the query's own rhythm, and ever
 * more rarely when it stays away. Pure: it reads no clock.
 */
export class PollPacer {
  readonly #pace: PollPace;
  #lastBatchAt: number | undefined;
  #intervalMs: number | undefined;
  #idleMs: number;

  constructor(pace: PollPace) {
    this.#pace = pace;
    this.#idleMs = pace.minMs;
  }

  /** A batch was found waiting at `now` (milliseconds). */
  batchSeen(now: number): void {
    if (this.#lastBatchAt !== undefined) {
      const interval = now - this.#lastBatchAt;
      this.#intervalMs = this.#intervalMs === undefined ? interval : this.#intervalMs * 0.7 + interval * 0.3;
    }
    this.#lastBatchAt = now;
    this.#idleMs = this.#pace.minMs;
  }

  /** Milliseconds to wait before asking again, at `now`. */
  delay(now: number): number {
    const { minMs, maxMs } = this.#pace;
    if (this.#lastBatchAt === undefined) return minMs * 2;
    const since = now - this.#lastBatchAt;
    const interval = this.#intervalMs ?? 0;
    const due = interval * SLEEPABLE;
    if (since < due) return Math.max(minMs, Math.min(maxMs, due - since));
    if (since < Math.max(IDLE_AFTER_MS, interval * IDLE_AFTER_INTERVALS))
      return Math.min(maxMs, Math.max(minMs, interval * LATENESS));
    this.#idleMs = Math.min(maxMs, this.#idleMs * BACK_OFF);
    return this.#idleMs;
  }
}
