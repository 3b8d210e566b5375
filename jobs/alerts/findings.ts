import type { Timestamp } from '@instant-health/spark-connect';
import type { Attribute, Severity } from '../../database/index.ts';

/** A measurement as Spark hands it to the driver; the limit's columns are null where the patient has none. */
export interface ReportedMeasurement {
  readonly customerId: number;
  readonly attribute: Attribute;
  readonly value: number;
  /** When Kafka took the reading. */
  readonly timestamp: Timestamp;
  readonly partition: number;
  readonly offset: bigint;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly severity: Severity | null;
  readonly message: string | null;
  readonly source: string | null;
}

export type Direction = 'low' | 'high';

/** What one mail is about: one patient, one attribute, one direction, within one batch. */
export interface AlertGroup {
  readonly customerId: number;
  readonly attribute: Attribute;
  readonly direction: Direction;
  /** The worst that was reached. */
  readonly severity: Severity;
  /** Readings out of limits, each counted once however many limits it breaks. */
  readonly readings: number;
  readonly worstValue: number;
  readonly latestValue: number;
  readonly firstAt: Timestamp;
  readonly lastAt: Timestamp;
  /** The limit that the worst severity belongs to. */
  readonly lower: number;
  readonly upper: number;
  readonly message: string;
  readonly source: string;
}

/** What the driver makes of one batch's reported measurements. */
export interface Findings {
  readonly alerts: readonly AlertGroup[];
  /** Measurements of patients for whom no limit applies. */
  readonly withoutLimits: number;
  /** Those patients, in order. */
  readonly patientsWithoutLimits: readonly number[];
}

interface Breach extends ReportedMeasurement {
  readonly lower: number;
  readonly upper: number;
  readonly severity: Severity;
}

/** Groups what Spark reported into alerts and what has no limits. Pure; the order of the rows does not matter. */
export function findingsOf(measurements: readonly ReportedMeasurement[]): Findings {
  const breaches = measurements.filter(isBreach);
  const unlimited = measurements.filter((measurement) => !isBreach(measurement));
  const groups = new Map<string, Breach[]>();
  for (const breach of breaches) {
    const key = `${breach.customerId} ${breach.attribute} ${directionOf(breach)}`;
    const group = groups.get(key);
    if (group) group.push(breach);
    else groups.set(key, [breach]);
  }
  return {
    alerts: [...groups.values()].map(alertOf).sort(byPatient),
    withoutLimits: unlimited.length,
    patientsWithoutLimits: [...new Set(unlimited.map(({ customerId }) => customerId))].sort((a, b) => a - b),
  };
}

function isBreach(measurement: ReportedMeasurement): measurement is Breach {
  return measurement.lower !== null && measurement.upper !== null && measurement.severity !== null;
}

function directionOf({ value, lower }: Breach): Direction {
  return value < lower ? 'low' : 'high';
}

function alertOf(breaches: readonly Breach[]): AlertGroup {
  const inTime = breaches.toSorted(
    (a, b) => compare(a.timestamp.epochMicros, b.timestamp.epochMicros) || compare(a.offset, b.offset),
  );
  const [first] = inTime;
  const last = inTime.at(-1);
  if (!first || !last) throw new RangeError('a group has at least one breach');
  const direction = directionOf(first);
  const worst = inTime.reduce((worst, breach) => (isWorse(breach, worst, direction) ? breach : worst));
  return {
    customerId: first.customerId,
    attribute: first.attribute,
    direction,
    severity: worst.severity,
    readings: new Set(inTime.map(({ partition, offset }) => `${partition}/${offset}`)).size,
    worstValue: worst.value,
    latestValue: last.value,
    firstAt: first.timestamp,
    lastAt: last.timestamp,
    lower: worst.lower,
    upper: worst.upper,
    message: worst.message ?? '',
    source: worst.source ?? '',
  };
}

function isWorse(a: Breach, b: Breach, direction: Direction): boolean {
  if (a.severity !== b.severity) return a.severity === 'critical';
  return direction === 'low' ? a.value < b.value : a.value > b.value;
}

function byPatient(a: AlertGroup, b: AlertGroup): number {
  return a.customerId - b.customerId || compare(a.attribute, b.attribute) || compare(a.direction, b.direction);
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
