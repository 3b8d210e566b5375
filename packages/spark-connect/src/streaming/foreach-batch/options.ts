/**
 * Settings of a foreachBatch query; all have defaults. Milliseconds throughout.
 *
 * A query costs the server up to 1000 / maxPollIntervalMs calls a second while it is idle (ten by default), about twenty to
 * thirty for each batch, and one every leaseTimeoutMs / 5; never more than 1000 / minPollIntervalMs a second. Where a proxy
 * counts calls (EMR's allows 5,000 in five minutes), a minPollIntervalMs of 100 keeps one busy query below the limit.
 */
export interface ForeachBatchOptions {
  /** The server fails the query when the client shows no sign of life for so long (default 15,000). */
  readonly leaseTimeoutMs?: number;
  /** The server's Python, `major.minor`; found out by asking where it is not given. */
  readonly pythonVersion?: string;
  /** Shortest pause between two questions whether a batch waits (default 4). */
  readonly minPollIntervalMs?: number;
  /** Longest pause, of an idle query (default 100). */
  readonly maxPollIntervalMs?: number;
}

export const DEFAULT_LEASE_TIMEOUT_MS = 15_000;
