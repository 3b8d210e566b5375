import type { DataFrame } from '@instant-health/spark-connect';
import { type BatchFacts, type Pair, type PartitionProgress, watchedPairs } from './batch-outcome.ts';
import type { Episode, Measurement } from './episodes.ts';
import { batchReport, measurementsOfPairs, type ReportedRow } from './limits-view.ts';

/** A patient's readings of one batch as a whole. */
export interface SeenPatient {
  readonly customerId: number;
  readonly readings: number;
  /** Kafka's time of the newest reading; milliseconds since the epoch. */
  readonly newestAtMs: number;
}

export interface CollectedBatch {
  readonly facts: BatchFacts;
  readonly patients: readonly SeenPatient[];
}

/**
 * Collects what must be known of a batch: one job in Spark, and a second one only when a pair of patient and attribute goes
 * out of limits that nobody watched, for then its other readings of the batch count too.
 *
 * @param episodes what is pending or open before the batch
 */
export async function collectBatch(
  batch: DataFrame,
  bands: DataFrame,
  episodes: readonly Episode[],
  signal: AbortSignal,
): Promise<CollectedBatch> {
  const watched = watchedPairs(episodes);
  const rows = await batchReport(batch, bands, watched).collect<ReportedRow>({ signal });
  const { measurements, patients, ends } = sortOut(rows);
  const incomplete = incompletePairs(measurements, patients, watched);
  if (incomplete.length > 0) {
    const more = await measurementsOfPairs(batch, incomplete).collect<ReportedRow>({ signal });
    for (const [place, measurement] of sortOut(more).measurements) measurements.set(place, measurement);
  }
  return { facts: { measurements: [...measurements.values()], ends }, patients: [...patients.values()] };
}

function sortOut(rows: readonly ReportedRow[]) {
  const measurements = new Map<string, Measurement>();
  const patients = new Map<number, SeenPatient>();
  const ends = new Map<number, PartitionProgress>();
  for (const { customerId, attribute, value, atMs, partition, offset } of rows) {
    const at = Number(atMs);
    if (attribute !== null) {
      const measurement = { customerId, attribute, value, atMs: at, partition, offset };
      measurements.set(`${partition}/${offset}/${attribute}`, measurement);
      continue;
    }
    const seen = patients.get(customerId);
    patients.set(customerId, {
      customerId,
      readings: (seen?.readings ?? 0) + value,
      newestAtMs: Math.max(seen?.newestAtMs ?? at, at),
    });
    const end = ends.get(partition);
    ends.set(partition, {
      nextOffset: end && end.nextOffset > offset ? end.nextOffset : offset + 1n,
      newestAtMs: Math.max(end?.newestAtMs ?? at, at),
    });
  }
  return { measurements, patients, ends };
}

/** Pairs out of limits that were not watched, and of which Spark has more readings than it sent. */
function incompletePairs(
  measurements: ReadonlyMap<string, Measurement>,
  patients: ReadonlyMap<number, SeenPatient>,
  watched: readonly Pair[],
): readonly Pair[] {
  const known = new Set(watched.map(nameOf));
  const counts = new Map<string, { pair: Pair; sent: number }>();
  for (const { customerId, attribute } of measurements.values()) {
    const pair = { customerId, attribute };
    const name = nameOf(pair);
    if (known.has(name)) continue;
    const count = counts.get(name);
    if (count) count.sent += 1;
    else counts.set(name, { pair, sent: 1 });
  }
  return [...counts.values()]
    .filter(({ pair, sent }) => sent < (patients.get(pair.customerId)?.readings ?? Number.POSITIVE_INFINITY))
    .map(({ pair }) => pair);
}

function nameOf({ customerId, attribute }: Pair): string {
  return `${customerId} ${attribute}`;
}
