import { OperatorError } from './operator-error.ts';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;
/** The longest delay that a timer of Node keeps: beyond it the timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Reads a duration as people write it: `250ms`, `1s`, `1.5s`, `5m`, `2h`, `1d`.
 *
 * @param text number and unit
 * @param setting the option or variable that it came from, for the error
 * @param longestMs the longest that is taken; by default what a timer keeps, about 24.8 days
 * @returns whole milliseconds, from 0
 * @throws OperatorError `DURATION_INVALID`, exit code 2
 */
export function parseDuration(text: string, setting: string, longestMs = LONGEST_TIMER_MS): number {
  return Math.round(parseInterval(text, setting, longestMs));
}

/** As {@link parseDuration}, but not rounded: of `0.1ms` nothing would be left. */
export function parseInterval(text: string, setting: string, longestMs = LONGEST_TIMER_MS): number {
  const [, amount, unit] = DURATION.exec(text.trim()) ?? [];
  const ms = amount === undefined ? Number.NaN : Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (Number.isNaN(ms) || ms > longestMs) {
    throw new OperatorError(
      'DURATION_INVALID',
      `${setting} expects a duration such as 250ms, 1s or 5m (${Math.floor(longestMs / UNIT_MS.d)} days at most), not ${JSON.stringify(text)}`,
      { exitCode: 2 },
    );
  }
  return ms;
}

/** A duration for people: `850 ms`, `12.3 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
