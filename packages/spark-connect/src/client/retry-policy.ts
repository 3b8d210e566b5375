import { SparkConnectError } from '../errors.ts';
import { requireFromZero } from './checked-options.ts';
import { MAX_TIMER_MS } from './timer-limit.ts';

/** How often, and after how long a pause, a failed call is tried again. Immutable; its state is {@link RetryState}. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** The first pause. */
  readonly initialBackoffMs: number;
  /** No pause grows beyond this. */
  readonly maxBackoffMs: number;
  /** How many times as long each pause is as the one before. */
  readonly backoffMultiplier: number;
  /** Up to so much is added at random, so that many clients do not come back at the same moment. */
  readonly jitterMs: number;
  /** Jitter starts at this pause: short ones stay short. */
  readonly minJitterThresholdMs: number;
  /** The longest pause that a server may ask for by its RetryInfo (default 600,000, as in PySpark). */
  readonly maxServerDelayMs?: number | undefined;
}

const MAX_SERVER_DELAY_MS = 600_000;

/** The schedule of Spark's own clients: about ten minutes in all. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  maxRetries: 15,
  initialBackoffMs: 50,
  maxBackoffMs: 60_000,
  backoffMultiplier: 4,
  jitterMs: 500,
  minJitterThresholdMs: 2_000,
});

/**
 * For calls that accompany a running query: about half a minute in all. A driver whose server is gone should say so, not
 * look alive for ten minutes; a query that lost its driver for so long has ended by its lease anyway.
 */
export const STREAMING_RETRY_POLICY: RetryPolicy = Object.freeze({
  maxRetries: 12,
  initialBackoffMs: 50,
  maxBackoffMs: 4_000,
  backoffMultiplier: 2,
  jitterMs: 500,
  minJitterThresholdMs: 2_000,
});

/**
 * A policy of which only some parts are given.
 *
 * @param option the option's name
 * @throws SparkConnectError `invalid-argument` for a part that is no number from 0 on, or endless where it must not be
 */
export function completePolicy(
  option: string,
  given: Partial<RetryPolicy> | undefined,
  otherwise: RetryPolicy,
): RetryPolicy {
  const parts = Object.entries(given ?? {}).flatMap(([part, value]) =>
    value === undefined ? [] : [[part, value] as const],
  );
  for (const [part, value] of parts) {
    requireFromZero(`${option}.${part}`, value);
    if (value !== Number.POSITIVE_INFINITY || MAY_BE_ENDLESS.has(part)) continue;
    throw new SparkConnectError('invalid-argument', `${option}.${part} cannot be Infinity`);
  }
  return Object.freeze({ ...otherwise, ...Object.fromEntries(parts) });
}

const MAY_BE_ENDLESS: ReadonlySet<string> = new Set<keyof RetryPolicy>([
  'maxRetries',
  'maxBackoffMs',
  'minJitterThresholdMs',
  'maxServerDelayMs',
]);

/** Counts the attempts of one call, and forgets them when the call makes progress. */
export class RetryState {
  readonly #policy: RetryPolicy;
  readonly #random: () => number;
  #attempts = 0;
  #backoff: number;

  constructor(policy: RetryPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
    this.#backoff = policy.initialBackoffMs;
  }

  /**
   * The pause before the next attempt in milliseconds, or undefined when no attempt is left.
   * @param serverDelayMs what the server asked for in its RetryInfo, if it did; not undercut up to the policy's limit.
   */
  next(serverDelayMs = 0): number | undefined {
    const policy = this.#policy;
    if (this.#attempts >= policy.maxRetries) return undefined;
    const backoff = Math.min(policy.maxBackoffMs, this.#backoff);
    this.#backoff = backoff * policy.backoffMultiplier;
    this.#attempts++;
    const pause = Math.max(backoff, Math.min(serverDelayMs, policy.maxServerDelayMs ?? MAX_SERVER_DELAY_MS));
    return pause >= policy.minJitterThresholdMs ? pause + this.#random() * policy.jitterMs : pause;
  }

  /** A response arrived: the next failure starts the schedule anew. */
  reset(): void {
    this.#attempts = 0;
    this.#backoff = this.#policy.initialBackoffMs;
  }
}

/** Waits, and rejects with a signal's reason as soon as that one is aborted. */
export function pause(ms: number, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', end);
      const aborted = signals.find((signal) => signal?.aborted);
      if (aborted) reject(aborted.reason);
      else resolve();
    };
    const timer = setTimeout(end, Math.min(ms, MAX_TIMER_MS));
    for (const signal of signals) signal?.addEventListener('abort', end, { once: true });
    if (signals.some((signal) => signal?.aborted)) end();
  });
}
