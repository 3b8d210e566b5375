import type { DataFrame } from '@instant-health/spark-connect';
import type { BatchFacts, PartitionProgress } from './batch-outcome.ts';
import type { Episode, Measurement } from './episodes.ts';
import { ATTRIBUTES } from './limits.ts';
import { batchReport, type PatientReport } from './limits-view.ts';

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
 * Collects what must be known of a batch. A patient who goes out of limits in the batch was not watched when it came, and
 * yet all of the patient's readings in it count, or the same readings would tell something else in other batches: that is
 * why Spark hands over readings by patient.
 *
 * @param episodes what is pending or open before the batch
 */
export async function collectBatch(
  batch: DataFrame,
  bands: DataFrame,
  episodes: readonly Episode[],
  signal: AbortSignal,
): Promise<CollectedBatch> {
  const watched = [...new Set(episodes.map(({ customerId }) => customerId))];
  return sortOut(await batchReport(batch, bands, watched).collect<PatientReport>({ signal }));
}

/** What a DATETIME can hold, with room for what is counted on from there. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(9999, 11, 31);

/**
 * A time that can be written down. Whoever writes to the topic chooses it, and a clock may be out by whatever amount; a reading
 * must be judged all the same, and must not end the alerts of all others.
 */
function storableTime(atMs: bigint): number {
  return Math.min(LATEST_MS, Math.max(EARLIEST_MS, Number(atMs)));
}

/** Turns what Spark hands over into what happened, of all patients and partitions. */
export function sortOut(reports: readonly PatientReport[]): CollectedBatch {
  const measurements: Measurement[] = [];
  const patients = new Map<number, SeenPatient>();
  const ends = new Map<number, PartitionProgress>();
  for (const { customerId, partition, readings, newestAtMs, lastOffset, told } of reports) {
    const newest = storableTime(newestAtMs);
    for (const reading of told ?? []) {
      const place = { customerId, partition, offset: reading.offset, atMs: storableTime(reading.atMs) };
      for (const attribute of ATTRIBUTES) measurements.push({ ...place, attribute, value: reading[attribute] });
    }
    // In more than one partition only after the topic got more of them.
    const seen = patients.get(customerId);
    patients.set(customerId, {
      customerId,
      readings: (seen?.readings ?? 0) + readings,
      newestAtMs: Math.max(seen?.newestAtMs ?? newest, newest),
    });
    const end = ends.get(partition);
    ends.set(partition, {
      nextOffset: end && end.nextOffset > lastOffset ? end.nextOffset : lastOffset + 1n,
      newestAtMs: Math.max(end?.newestAtMs ?? newest, newest),
    });
  }
  return { facts: { measurements, ends }, patients: [...patients.values()] };
}
