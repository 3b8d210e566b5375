/**
 * Settings of a foreachBatch query; all have defaults. Milliseconds throughout.
 *
 * An idle query costs the server less than two calls a second: one every maxPollIntervalMs, in case that a wake-up was lost
 * with a connection, and one every leaseTimeoutMs / 5. While batches come at least every second or so, a batch costs about
 * twenty to thirty, never more than 1000 / minPollIntervalMs a second; a rarer one about ten. Where a proxy counts calls
 * (EMR's allows 5,000 in five minutes), a minPollIntervalMs above 100 leaves it to the server to tell of every batch.
 */
export interface ForeachBatchOptions {
  /** The server fails the query when the client shows no sign of life for so long (default 15,000). */
  readonly leaseTimeoutMs?: number | undefined;
  /** The server's Python, `major.minor`; found out by asking where it is not given. */
  readonly pythonVersion?: string | undefined;
  /** Shortest pause between two questions whether a batch waits (default 4). */
  readonly minPollIntervalMs?: number | undefined;
  /** Longest pause: a rest, which the server ends when a batch comes (default 1,000). */
  readonly maxPollIntervalMs?: number | undefined;
}

export const DEFAULT_LEASE_TIMEOUT_MS = 15_000;
