import { SparkConnectError } from '../errors.ts';

/**
 * A timeout in whole milliseconds, as the server takes it: fractions are rounded up. Undefined where there is no limit.
 *
 * @throws SparkConnectError `invalid-argument` where it is not above zero, as PySpark refuses it
 */
export function wholeTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs > Number.MAX_SAFE_INTEGER) return undefined;
  if (timeoutMs > 0) return Math.ceil(timeoutMs);
  throw new SparkConnectError(
    'invalid-argument',
    `timeoutMs is ${timeoutMs}: give a number of milliseconds above zero, or none to wait without limit`,
  );
}

/** What is left until a deadline of `performance.now()`, as the server takes it: it knows no timeout of zero. */
export function timeLeft(deadline: number | undefined): { readonly timeoutMs?: bigint } {
  if (deadline === undefined) return {};
  return { timeoutMs: BigInt(Math.max(1, Math.ceil(deadline - performance.now()))) };
}
