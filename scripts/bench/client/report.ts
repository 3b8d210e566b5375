import type { BenchResult, Target } from '../bench.ts';
import { median } from '../statistics.ts';
import { ms, ratio, type Table, thousands } from '../table.ts';
import { type Iteration, medianOf, type TaskName, type Timing } from './timing.ts';

export interface Measured {
  readonly timings: Timing[];
  readonly iterations: Iteration[];
  readonly importMs: number[];
  /** Parts that could not be measured. */
  readonly failures: { readonly part: string; readonly reason: string }[];
  readonly runs: number;
  readonly peerVersions: readonly string[];
}

const LABELS: Readonly<Record<TaskName, string>> = {
  arrow: 'toArrow, 1,000,000 rows',
  rows: 'collect, 1,000,000 rows; toArrow of PySpark',
  collect: 'collect, 1,000,000 rows',
  create: 'createDataFrame, 1,000,000 rows, until the server has them',
  analyze: 'the same, until it has analyzed them',
  select: "100 times 'select 1'",
};

const MEMORY_MIB = 250;
const IMPORT_MS = 150;
// Two medians of the same thing differ by as much on a machine that does nothing else.
const NOISE = 0.95;

/** What was measured as tables and promises kept or not; parts that were not measured are left out. */
export function resultOf(measured: Measured): BenchResult {
  const { timings, iterations, importMs, failures } = measured;
  const rate = (rows: number) => {
    const found = iterations.filter((one) => one.rows === rows).map((one) => (one.rows / one.ms) * 1000);
    return found.length === 0 ? undefined : median(found);
  };
  const [small, large] = [rate(1_000_000), rate(10_000_000)];
  const peak = Math.max(...iterations.map(({ peakMiB }) => peakMiB));
  const memory: Target[] =
    small === undefined || large === undefined
      ? []
      : [
          target(
            '10,000,000 rows one by one, most memory',
            `${MEMORY_MIB} MiB`,
            `${Math.round(peak)} MiB`,
            peak <= MEMORY_MIB,
          ),
          target(
            'rows a second of 10,000,000 against 1,000,000',
            '≥ 1×, less noise',
            `${thousands(large)}/s against ${thousands(small)}/s`,
            large >= small * NOISE,
          ),
        ];
  const importing = importMs.length === 0 ? [] : [atMost('import', IMPORT_MS, median(importMs))];
  const failed = failures.map(({ part, reason }) => target(part, 'can be measured', reason, false));
  return {
    tables: timings.length === 0 ? [] : [table(timings)],
    targets: [...ratios(timings), ...memory, ...importing, ...failed],
    figures: measured,
  };
}

function ratios(timings: readonly Timing[]): Target[] {
  const of = (task: TaskName, side: 'ours' | 'peer') => medianOf(timings, task, side);
  const compared = (what: string, ours: number | undefined, theirs: number | undefined, limit: number): Target[] =>
    ours === undefined || theirs === undefined
      ? []
      : limit > 1
        ? [target(what, `≤ ${limit}×`, ratio(ours, theirs), ours <= theirs * limit)]
        : [
            target(
              what,
              `≥ ${Math.round(1 / limit)} times as fast`,
              `${(theirs / ours).toFixed(1)} times`,
              ours <= theirs * limit,
            ),
          ];
  return [
    ...compared("collect against PySpark's collect", of('collect', 'ours'), of('collect', 'peer'), 1 / 5),
    ...compared("collect against PySpark's toArrow", of('rows', 'ours'), of('rows', 'peer'), 1.3),
    ...compared("toArrow against PySpark's", of('arrow', 'ours'), of('arrow', 'peer'), 1.1),
    ...compared("createDataFrame against PySpark's", of('create', 'ours'), of('create', 'peer'), 1 / 3),
    ...compared("'select 1' against PySpark's", of('select', 'ours'), of('select', 'peer'), 1.1),
  ];
}

function table(timings: readonly Timing[]): Table {
  const tasks = [...new Set(timings.map(({ task }) => task))];
  const rows = tasks.map((task) => {
    const cells = (['ours', 'peer'] as const).flatMap((side) => {
      const all = timings.filter((timing) => timing.task === task && timing.side === side).map((timing) => timing.ms);
      return [ms(median(all)), `${ms(Math.min(...all))}–${ms(Math.max(...all))}`];
    });
    return [LABELS[task], ...cells];
  });
  return { title: 'The client, milliseconds', columns: ['', 'ours', 'range', 'PySpark', 'range'], rows };
}

function atMost(what: string, limitMs: number, measuredMs: number): Target {
  return target(what, `${limitMs} ms`, `${ms(measuredMs)} ms`, measuredMs <= limitMs);
}

function target(what: string, limit: string, measured: string, met: boolean): Target {
  return { what, limit, measured, met };
}
