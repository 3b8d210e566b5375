export interface RateLimitOptions {
  /** Requests that may come at once. */
  readonly burst: number;
  /** Requests in a minute after that. */
  readonly perMinute: number;
}

const ADDRESSES_KEPT = 10_000;

/** A bucket for each address: full at first, emptied by requests, filled by time. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets = new Map<string, { left: number; atMs: number }>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /**
   * Counts a request.
   *
   * @param nowMs any clock that does not go back
   * @returns seconds after which the next one is let through; 0 when this one is
   */
  take(address: string, nowMs: number): number {
    const { burst, perMinute } = this.#options;
    const bucket = this.#buckets.get(address) ?? { left: burst, atMs: nowMs };
    const left = Math.min(burst, bucket.left + ((nowMs - bucket.atMs) / 60_000) * perMinute);
    const passes = left >= 1;
    // Again at the end of the map: what has not been seen for longest is forgotten first.
    this.#buckets.delete(address);
    this.#buckets.set(address, { left: passes ? left - 1 : left, atMs: nowMs });
    if (this.#buckets.size > ADDRESSES_KEPT) this.#forgetOldest();
    return passes ? 0 : Math.max(1, Math.ceil(((1 - left) / perMinute) * 60));
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
