import { z } from 'zod';
import { parseDuration } from './duration.ts';
import type { Environment } from './environment.ts';
import { field, parseSection } from './section.ts';

/** When an alert opens, is repeated and ends, where a threshold row says nothing else; and how mails are paced. */
export interface AlertSettings {
  /** Readings out of limits in a row that open an episode. */
  readonly openAfter: number;
  /** Readings back inside in a row that end it. */
  readonly recoverAfter: number;
  /** Between two mails about an episode that lasts; 0 for none. */
  readonly repeatIntervalMs: number;
  /** How long a value must stay out of limits before an episode opens. */
  readonly holdTimeMs: number;
  /** How far inside the limit a value must be to count as back; beats per minute or mmHg. */
  readonly hysteresis: number;
  /** A patient without a reading for this long raises a technical alarm; 0 for never. */
  readonly silentAfterMs: number;
  /** What comes within this time of the last mail to the same doctor waits and is told in one mail; 0 for no waiting. */
  readonly mailGapMs: number;
  /** The same for critical openings and escalations. */
  readonly urgentMailGapMs: number;
  /** Who is told of technical troubles; nobody where undefined. */
  readonly operatorEmail: string | undefined;
}

const MAX_READINGS = 1_000;
const readings = z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(1).max(MAX_READINGS));
const units = z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().max(400));
/** A duration in the form of `parseDuration`, as milliseconds. */
export const durationText = z.string().transform((text, context) => {
  try {
    return parseDuration(text, '');
  } catch {
    context.addIssue({ code: 'custom', message: 'no duration' });
    return z.NEVER;
  }
});

/** @throws OperatorError with exit code 2 that names the variable */
export function alertSettings(environment: Environment): AlertSettings {
  const expected = 'a duration such as 30s or 5m; 0s for none';
  const count = `a number of readings, 1 to ${MAX_READINGS}`;
  return parseSection(environment, {
    openAfter: field('ALERT_OPEN_AFTER', count, readings.default(1)),
    recoverAfter: field('ALERT_RECOVER_AFTER', count, readings.default(3)),
    repeatIntervalMs: field('ALERT_REPEAT_INTERVAL', expected, durationText.default(30 * 60_000)),
    holdTimeMs: field('ALERT_HOLD_TIME', expected, durationText.default(0)),
    hysteresis: field('ALERT_HYSTERESIS', 'a whole number of beats per minute or mmHg', units.default(0)),
    silentAfterMs: field('ALERT_SILENT_AFTER', expected, durationText.default(5 * 60_000)),
    mailGapMs: field('ALERT_MAIL_GAP', expected, durationText.default(30_000)),
    urgentMailGapMs: field('ALERT_URGENT_MAIL_GAP', expected, durationText.default(3_000)),
    operatorEmail: field('OPERATOR_EMAIL', 'a mail address', z.email().optional()),
  });
}
