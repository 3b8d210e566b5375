import type { Timestamp } from '@instant-health/spark-connect';
import { type Attribute, type Breach, classify, type Severity } from './limits.ts';

/** A measurement as Spark hands it to the driver, once for each limit that it breaks; null limits: the patient has none. */
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

/** What the driver makes of one batch's reported measurements. */
export interface Findings {
  /** One for each measurement out of limits, by its worst limit; in the order of Kafka's times. */
  readonly breaches: readonly (Breach & { readonly at: Date })[];
  /** Measurements for which no limit applies. */
  readonly withoutLimits: number;
  /** The patients of those, in order. */
  readonly patientsWithoutLimits: readonly number[];
}

/** Sorts out what Spark reported. Pure; the order of the rows does not matter. */
export function findingsOf(reported: readonly ReportedMeasurement[]): Findings {
  const measurements = new Map<string, ReportedMeasurement[]>();
  const unlimited: ReportedMeasurement[] = [];
  for (const measurement of reported) {
    if (measurement.lower === null) {
      unlimited.push(measurement);
      continue;
    }
    const key = `${measurement.partition}/${measurement.offset}/${measurement.attribute}`;
    const same = measurements.get(key);
    if (same) same.push(measurement);
    else measurements.set(key, [measurement]);
  }
  return {
    breaches: [...measurements.values()].flatMap(breachOf).sort((a, b) => a.at.getTime() - b.at.getTime()),
    withoutLimits: unlimited.length,
    patientsWithoutLimits: [...new Set(unlimited.map(({ customerId }) => customerId))].sort((a, b) => a - b),
  };
}

/** One breach of several rows that tell of the same measurement: which limit counts is decided in one place. */
function breachOf(rows: readonly ReportedMeasurement[]): (Breach & { at: Date })[] {
  const [first] = rows;
  if (!first) return [];
  const limits = rows.map(({ lower, upper, severity, message, source }) => ({
    lower: lower ?? Number.NEGATIVE_INFINITY,
    upper: upper ?? Number.POSITIVE_INFINITY,
    severity: severity ?? 'warning',
    message: message ?? '',
    source: source ?? '',
  }));
  const breach = classify(first, first.attribute, first.value, limits);
  return breach ? [{ ...breach, at: first.timestamp.toDate() }] : [];
}
