import { median } from '../statistics.ts';
import type { Side } from './worker.ts';

export const MILLION = 1_000_000;

interface Task {
  /** What each side does. */
  readonly ours: string;
  readonly peer: string;
  /** Rows, or calls. */
  readonly rows: number;
  /** How often in a round. What was sent stays with the server: once is enough there. */
  readonly times: 1 | 2;
  /** Rounds that do not count. Java compiles what it runs often for some twenty of the short ones, on the processors that are measured. */
  readonly warmUps: number;
}

export const TASKS = {
  arrow: { ours: 'arrow', peer: 'arrow', rows: MILLION, times: 2, warmUps: 10 },
  rows: { ours: 'collect', peer: 'arrow', rows: MILLION, times: 2, warmUps: 10 },
  collect: { ours: 'collect', peer: 'collect', rows: MILLION, times: 2, warmUps: 3 },
  select: { ours: 'select', peer: 'select', rows: 100, times: 2, warmUps: 1 },
  create: { ours: 'create', peer: 'create', rows: MILLION, times: 1, warmUps: 4 },
  analyze: { ours: 'analyze', peer: 'analyze', rows: MILLION, times: 1, warmUps: 4 },
} as const satisfies Record<string, Task>;

export type TaskName = keyof typeof TASKS;

/** One round of a task on one side: the mean of its times. */
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
