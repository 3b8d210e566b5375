import type { Attribute, Limit, Severity } from '../../database/index.ts';
import type { Reading } from '../../producer/contract/index.ts';

export type { Attribute, Limit, Severity } from '../../database/index.ts';
export type { Reading } from '../../producer/contract/index.ts';

export type Direction = 'low' | 'high';

export const ATTRIBUTES: readonly Attribute[] = ['heartBeat', 'bp'];

/** One attribute of one reading out of limits. */
export interface Breach {
  readonly customerId: number;
  readonly attribute: Attribute;
  readonly direction: Direction;
  /** Beats per minute or mmHg. */
  readonly value: number;
  /** The band that was left, inclusive. */
  readonly lower: number;
  readonly upper: number;
  readonly severity: Severity;
  readonly message: string;
  readonly source: string;
}

/** What a reading means: its breaches, and the attributes that nothing could be said about. */
export interface Verdict {
  readonly breaches: readonly Breach[];
  /** Attributes without a limit for this patient: to be reported, never to be taken for normal. */
  readonly withoutLimit: readonly Attribute[];
}

/**
 * The limits that hold for a patient and an attribute. Limits of the patient's own win: where there is one for the
 * attribute, at this age, the common ones do not count at all.
 *
 * @param limits all limits
 * @param age years; undefined for a patient whom we do not know, to whom no common limit applies
 */
export function limitsFor(
  limits: readonly Limit[],
  attribute: Attribute,
  customerId: number,
  age: number | undefined,
): readonly Limit[] {
  if (age === undefined) return [];
  const fitting = limits.filter(
    (limit) => limit.attribute === attribute && limit.lowAge <= age && age <= limit.highAge,
  );
  const own = fitting.filter((limit) => limit.customerId === customerId);
  return own.length > 0 ? own : fitting.filter((limit) => limit.customerId === null);
}

/** What counts of a limit once it is known to apply. */
export type Band = Pick<Limit, 'lower' | 'upper' | 'severity' | 'message' | 'source'>;

/**
 * Judges one attribute of a reading. Bands are inclusive: a value on the limit is normal. Of several bands that are
 * left the most severe counts, then the one left furthest, then the earlier one; so there is one breach at most.
 */
export function classify(
  { customerId }: Pick<Reading, 'customerId'>,
  attribute: Attribute,
  value: number,
  limits: readonly Band[],
): Breach | undefined {
  let worst: { readonly limit: Band; readonly excess: number } | undefined;
  for (const limit of limits) {
    const excess = Math.max(limit.lower - value, value - limit.upper);
    if (excess <= 0) continue;
    const rank = worst === undefined ? 1 : severityRank(limit.severity) - severityRank(worst.limit.severity);
    if (worst === undefined || rank > 0 || (rank === 0 && excess > worst.excess)) worst = { limit, excess };
  }
  if (worst === undefined) return undefined;
  const { lower, upper, severity, message, source } = worst.limit;
  const direction = value < lower ? 'low' : 'high';
  return { customerId, attribute, direction, value, lower, upper, severity, message, source };
}

/**
 * Judges a whole reading: the specification that Spark's join is compared with.
 *
 * @param ageOf years of a patient, undefined for one whom we do not know
 */
export function judge(
  reading: Reading,
  limits: readonly Limit[],
  ageOf: (customerId: number) => number | undefined,
): Verdict {
  const breaches: Breach[] = [];
  const withoutLimit: Attribute[] = [];
  const age = ageOf(reading.customerId);
  for (const attribute of ATTRIBUTES) {
    const holding = limitsFor(limits, attribute, reading.customerId, age);
    if (holding.length === 0) withoutLimit.push(attribute);
    const breach = classify(reading, attribute, reading[attribute], holding);
    if (breach !== undefined) breaches.push(breach);
  }
  return { breaches, withoutLimit };
}

export function severityRank(severity: Severity): number {
  return severity === 'critical' ? 2 : 1;
}
