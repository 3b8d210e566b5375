/** Settings of a foreachBatch query; all have defaults. Milliseconds throughout. */
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
