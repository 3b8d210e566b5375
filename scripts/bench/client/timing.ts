import { median } from '../statistics.ts';
import type { Side } from './worker.ts';

export const MILLION = 1_000_000;

/** What both sides do, with as many rows (or calls). */
export const TASKS = [
  { task: 'arrow', rows: MILLION },
  { task: 'collect', rows: MILLION },
  { task: 'create', rows: MILLION },
  { task: 'select', rows: 100 },
] as const;

export type TaskName = (typeof TASKS)[number]['task'];

/** One round of a task on one side. */
export interface Timing {
  readonly task: TaskName;
  readonly side: Side;
  readonly rows: number;
  readonly ms: number;
  readonly load: number;
}

export interface Iteration {
  readonly rows: number;
  readonly ms: number;
  readonly peakMiB: number;
}

/** The middle time of a task on a side; undefined where it was not measured. */
export function medianOf(timings: readonly Timing[], task: TaskName, side: Side): number | undefined {
  const found = timings.filter((timing) => timing.task === task && timing.side === side).map(({ ms: took }) => took);
  return found.length === 0 ? undefined : median(found);
}
