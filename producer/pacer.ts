import { setTimeout as delay } from 'node:timers/promises';

/** What fell due while a transaction took its time is sent with the next one; after a longer stall the clock starts anew. */
const CATCH_UP_MS = 100;

/**
 * Waits for the next beat of a clock that starts with the first message, so that small delays do not add up.
 *
 * @param intervalMs between two messages; 0 for no clock
 * @param clock milliseconds that never go back
 * @returns how many messages are due, at least one; 0 when the signal has fired. Its argument says how many of those that
 *   were due at the last call were not sent, since the table's page had no more: they stay due
 */
export function pacer(
  intervalMs: number,
  signal: AbortSignal,
  clock: () => number = () => performance.now(),
): (unused?: number) => Promise<number> {
  let next: number | undefined;
  return async (unused = 0) => {
    if (signal.aborted) return 0;
    if (intervalMs === 0) return Number.POSITIVE_INFINITY;
    if (next !== undefined) next -= unused * intervalMs;
    const now = clock();
    if (next !== undefined && next > now && !(await rest(next - now, signal))) return 0;
    const at = clock();
    if (next === undefined || at - next > Math.max(intervalMs, CATCH_UP_MS)) next = at;
    const due = Math.max(1, Math.floor((at - next) / intervalMs) + 1);
    next += due * intervalMs;
    return due;
  };
}

/** @returns whether the time passed; false when the signal fired first */
export async function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
