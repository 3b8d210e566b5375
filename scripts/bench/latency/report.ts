import type { Target } from '../bench.ts';
import { median, medianSummary, percentile, type Summary } from '../statistics.ts';
import { ms, ratio, type Table } from '../table.ts';
import { STEPS } from './batch-trace.ts';
import type { LatencyRun } from './latency.ts';

const SIDE = { ours: 'TypeScript', peer: 'Python' } as const;
const P50_TARGET_MS = 300;
const P99_TARGET_MS = 700;
const MEMORY_TARGET_MIB = 200;

export function latencyTables(runs: readonly LatencyRun[]): Table[] {
  return [summaryTable(runs), stepsTable(runs), batchTable(runs)];
}

export function latencyTargets(runs: readonly LatencyRun[]): Target[] {
  const ours = runs.filter(({ side }) => side === 'ours');
  const { p50, p99 } = medianSummary(ours.map(({ latencyMs }) => latencyMs));
  const memory = Math.max(...ours.map(({ peakMemoryMiB }) => peakMemoryMiB ?? 0));
  const answered = ours.every(({ unanswered }) => unanswered === 0);
  return [
    { what: 'latency p50', limit: `${P50_TARGET_MS} ms`, measured: `${ms(p50)} ms`, met: p50 <= P50_TARGET_MS },
    { what: 'latency p99', limit: `${P99_TARGET_MS} ms`, measured: `${ms(p99)} ms`, met: p99 <= P99_TARGET_MS },
    {
      what: 'driver, peak resident',
      limit: `${MEMORY_TARGET_MIB} MiB`,
      measured: `${Math.round(memory)} MiB`,
      met: memory <= MEMORY_TARGET_MIB,
    },
    {
      what: 'begins and ends of episodes without a mail',
      limit: '0',
      measured: answered ? '0' : 'some',
      met: answered,
    },
  ];
}

function summaryTable(runs: readonly LatencyRun[]): Table {
  const row = (name: string, latency: Summary, memory?: number, load?: number) => [
    name,
    String(latency.count),
    ms(latency.p50),
    ms(latency.p95),
    ms(latency.p99),
    ms(latency.max),
    memory === undefined ? '' : String(Math.round(memory)),
    load === undefined ? '' : load.toFixed(1),
  ];
  const rows = runs.map(({ side, latencyMs, peakMemoryMiB, load }) => row(SIDE[side], latencyMs, peakMemoryMiB, load));
  const of = (side: LatencyRun['side']) => runs.filter((run) => run.side === side).map(({ latencyMs }) => latencyMs);
  const [ours, peer] = [of('ours'), of('peer')];
  if (ours.length > 1) rows.push(row('TypeScript, median of runs', medianSummary(ours)));
  if (peer.length > 1) rows.push(row('Python, median of runs', medianSummary(peer)));
  if (peer.length > 0) {
    const [left, right] = [medianSummary(ours), medianSummary(peer)];
    const ratios = (['p50', 'p95', 'p99', 'max'] as const).map((figure) => ratio(left[figure], right[figure]));
    rows.push(['TypeScript / Python', '', ...ratios, '', '']);
  }
  return {
    title: 'From Kafka timestamp to 250, milliseconds',
    columns: ['', 'told', 'p50', 'p95', 'p99', 'max', 'driver MiB', 'load'],
    rows,
  };
}

/** Means add up to the mean latency; the 95th percentiles do not. */
function stepsTable(runs: readonly LatencyRun[]): Table {
  const sides = (['ours', 'peer'] as const).filter((side) => runs.some((run) => run.side === side));
  const steps = (side: LatencyRun['side']) => runs.filter((run) => run.side === side).flatMap((run) => run.steps);
  const cells = (values: readonly number[]) =>
    values.length === 0 ? ['–', '–'] : [ms(mean(values)), ms(percentile(values, 0.95))];
  const rows = STEPS.map((step) => [
    NAMES[step],
    ...sides.flatMap((side) => cells(steps(side).map((values) => values[step]))),
  ]);
  const total = sides.flatMap((side) =>
    cells(steps(side).map((values) => STEPS.reduce((sum, step) => sum + values[step], 0))),
  );
  return {
    title: 'Where the time of a reading goes, milliseconds',
    columns: ['', ...sides.flatMap((side) => [`${SIDE[side]} mean`, 'p95'])],
    rows: [...rows, ['together', ...total]],
  };
}

const NAMES = {
  wait: 'waits for the trigger',
  start: 'start of the batch',
  'hand-over': 'hand-over to the handler',
  directory: 'limits and patients',
  collect: 'collect',
  transaction: 'transaction',
  mail: 'mail',
} as const;

function batchTable(runs: readonly LatencyRun[]): Table {
  const phases = ['latestOffset', 'getBatch', 'queryPlanning', 'walCommit', 'addBatch', 'commitOffsets'];
  return {
    title: "Spark's phases of a batch, mean milliseconds",
    columns: ['', 'batches', ...phases, 'all, p50', 'p95'],
    rows: runs.map(({ side, batches, phasesMs, batchMs }) => [
      SIDE[side],
      String(batches),
      ...phases.map((phase) => ms(phasesMs[phase] ?? 0)),
      ms(median([batchMs.p50])),
      ms(batchMs.p95),
    ]),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
