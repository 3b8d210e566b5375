import { OperatorError, parseDuration } from '../../settings/index.ts';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;
const LONGEST_SILENCE_DAYS = 31;
const LONGEST_HISTORY_DAYS = 3_650;

/**
 * Reads a moment with its zone: one without would mean another time on another machine.
 *
 * @returns milliseconds since the epoch
 * @throws OperatorError `MOMENT_INVALID`, exit code 2
 */
export function parseMoment(text: string, option: string): number {
  const epochMs = MOMENT.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new OperatorError(
    'MOMENT_INVALID',
    `${option} expects a time with its zone, such as 2026-01-05T18:00Z or 2026-01-05T18:00+01:00, not ${JSON.stringify(text)}`,
    { exitCode: 2 },
  );
}

/**
 * The past moment that `--since` means: a moment, or a duration before now.
 *
 * @throws OperatorError with exit code 2 for what is neither
 */
export function parseSince(text: string, nowMs: number): number {
  if (/^\d{4}-/.test(text)) return parseMoment(text, '--since');
  // Only what looks like a duration is refused as one: the option takes two forms, and a wrong word is meant as either.
  if (/^\s*\d/.test(text)) return nowMs - parseDuration(text, '--since', LONGEST_HISTORY_DAYS * DAY_MS);
  throw new OperatorError(
    'SINCE_INVALID',
    `--since expects a duration such as 24h, or a time such as 2026-01-05T18:00Z, not ${JSON.stringify(text)}`,
    { exitCode: 2 },
  );
}

/**
 * The end of a silence.
 *
 * @throws OperatorError with exit code 2 unless exactly one is given, and the end is ahead and not too far
 */
export function silenceEnd(options: { readonly for?: string; readonly until?: string }, nowMs: number): number {
  const wrong = (message: string) => new OperatorError('SILENCE_END_INVALID', message, { exitCode: 2 });
  if ((options.for === undefined) === (options.until === undefined)) {
    throw wrong('a silence needs its end: --for 2h, or --until 2026-01-05T18:00Z');
  }
  const untilMs =
    options.until !== undefined
      ? parseMoment(options.until, '--until')
      : nowMs + parseDuration(options.for ?? '', '--for', LONGEST_SILENCE_DAYS * DAY_MS);
  if (untilMs <= nowMs) throw wrong('a silence must end later than now');
  if (untilMs - nowMs > LONGEST_SILENCE_DAYS * DAY_MS) {
    throw wrong(`a silence may last ${LONGEST_SILENCE_DAYS} days at most: nobody would remember a longer one`);
  }
  return untilMs;
}
