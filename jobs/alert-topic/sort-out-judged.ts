import { type CollectedBatch, sortOut } from '../alerts/batch-facts.ts';
import type { Episode } from '../alerts/episodes.ts';
import type { JudgedReading } from './judged-reading.ts';

/**
 * Turns messages of the alerts' topic into what happened, as Spark's report of a batch is turned into it: all readings of a
 * patient count where one of them is out of limits or the patient has an episode. Those that were judged by other limits than
 * are in force count as well: the rules will judge them again.
 *
 * @param limits names those in force
 * @param episodes what is pending or open before
 */
export function sortOutJudged(
  readings: readonly JudgedReading[],
  limits: string,
  episodes: readonly Episode[],
): CollectedBatch {
  const watched = new Set(episodes.map(({ customerId }) => customerId));
  const groups = new Map<string, PatientReadings>();
  for (const reading of readings) {
    const { customerId, partition } = reading;
    const key = `${customerId} ${partition}`;
    const group = groups.get(key) ?? { customerId, partition, isTold: watched.has(customerId), byOffset: new Map() };
    groups.set(key, group);
    group.byOffset.set(reading.offset, reading);
    group.isTold ||= reading.out.length > 0 || reading.limits !== limits;
  }
  return sortOut([...groups.values()].map(reportOf));
}

interface PatientReadings {
  readonly customerId: number;
  readonly partition: number;
  isTold: boolean;
  /** A message may have come twice. */
  readonly byOffset: Map<bigint, JudgedReading>;
}

function reportOf({ customerId, partition, isTold, byOffset }: PatientReadings) {
  const readings = [...byOffset.values()];
  let newestAtMs = Number.NEGATIVE_INFINITY;
  let lastOffset = 0n;
  for (const { atMs, offset } of readings) {
    if (atMs > newestAtMs) newestAtMs = atMs;
    if (offset > lastOffset) lastOffset = offset;
  }
  const told = readings.map(({ offset, atMs, heartBeat, bp }) => ({ offset, atMs: BigInt(atMs), heartBeat, bp }));
  const size = { readings: readings.length, newestAtMs: BigInt(newestAtMs), lastOffset };
  return { customerId, partition, ...size, told: isTold ? told : null };
}
