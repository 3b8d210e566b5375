import type { JobEvent } from '../job.ts';

/** What was done within some time: counts, and a batch's times as means. */
export interface AlertsProgress extends JobEvent {
  readonly batches: number;
  /** Messages that wait in the alerts' topic. */
  readonly lag: number;
}

/** Puts the events of many small batches together, so that a line tells of a second and not of ten milliseconds. */
export class ProgressSum {
  #events: JobEvent[] = [];

  add(event: JobEvent): void {
    this.#events.push(event);
  }

  /** What came since it was taken last; undefined where nothing did. */
  take(lag: number): AlertsProgress | undefined {
    const events = this.#events;
    const last = events.at(-1);
    if (last === undefined) return undefined;
    this.#events = [];
    const counts = sums(events.map((event) => event.counts));
    const spent = Object.entries(sums(events.map(({ durationMs }) => durationMs)));
    const durationMs = Object.fromEntries(
      spent.map(([step, ms]) => [step, Math.round((ms / events.length) * 10) / 10]),
    );
    return { ...last, counts, durationMs, batches: events.length, lag };
  }
}

/** `patient-vital-alerts      120 readings, 3 out of limits in 41 batches, lag 0 (directory 2 ms, collect 0 ms, transaction 5 ms each)` */
export function progressLine({ query, counts, durationMs, batches, lag }: AlertsProgress): string {
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const spent = Object.entries(durationMs).map(([step, ms]) => `${step} ${Math.round(ms)} ms`);
  const size = batches === 1 ? '1 batch' : `${batches} batches`;
  return `${query.padEnd(26)}${told.join(', ') || 'nothing new'} in ${size}, lag ${lag} (${spent.join(', ')} each)`;
}

function sums(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records)
    for (const [name, value] of Object.entries(record)) total[name] = (total[name] ?? 0) + value;
  return total;
}
