// npm run bench: the figures that are promised, measured on this machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { command, OperatorError, PROJECT_ROOT, runCommand } from '../../settings/index.ts';
import { lineProgress } from '../setup/progress.ts';
import { alerts } from './alerts/alerts.ts';
import type { BenchContext, Benchmark, BenchResult } from './bench.ts';
import { client } from './client/client.ts';
import { demo } from './demo.ts';
import { foreachBatch } from './foreach-batch.ts';
import { latency } from './latency/latency.ts';
import { load, machineFacts } from './machine.ts';
import { producer } from './producer.ts';
import { tableText, targetLine } from './table.ts';

const BENCHMARKS: readonly Benchmark[] = [latency, alerts, foreachBatch, client, producer, demo];

interface Options {
  readonly runs?: number;
  readonly seconds?: number;
  readonly warmUp?: number;
  readonly rows: number;
  readonly peer?: true;
  readonly realTime?: true;
  readonly cold?: true;
  readonly part: readonly string[];
  readonly sparkConf: readonly string[];
  readonly json?: string;
}

const names = BENCHMARKS.map(({ name, description }) => `  ${name.padEnd(15)}${description}`).join('\n');

const program = command('bench', 'Measures the running stack; prints tables and writes a JSON file.')
  .argument('[benchmarks...]', 'which ones; all by default')
  .option('--runs <count>', 'repetitions of each side', positive)
  .option('--seconds <count>', 'measured seconds of a repetition (latency: 120, foreach-batch: 30)', positive)
  .option('--warm-up <count>', 'seconds before those, which do not count', whole)
  .option('--rows <count>', 'rows that the producer sends', positive, 200_000)
  .option('--peer', 'latency: measure the pipeline in Python as well')
  .option('--real-time', 'latency: on Spark 4.2, with each reading as it comes (up --spark 4.2.0)')
  .option('--cold', 'demo: from a fresh clone with an empty cache')
  .option(
    '--part <name>',
    'alerts: only scale, outage, demo or takeover; client: only arrow, collect, create, analyze, select, iterate or import; may be given several times',
    collect,
    [],
  )
  .option('--spark-conf <key=value>', 'latency: a session setting to try; may be given several times', collect, [])
  .option('--json <file>', 'where to write all figures (default: bench-results/<time>.json)')
  .addHelpText(
    'after',
    `\nBenchmarks:\n${names}\n\nThe stack must be up (npm run stack -- up), but for client and demo.`,
  );

const progress = lineProgress();

await runCommand(async (signal) => {
  const options = program.parse().opts<Options>();
  const chosen = choose(program.args);
  const context: BenchContext = {
    runs: options.runs,
    seconds: options.seconds,
    warmUpSeconds: options.warmUp,
    rows: options.rows,
    peer: options.peer ?? false,
    realTime: options.realTime ?? false,
    cold: options.cold ?? false,
    parts: options.part,
    sparkConf: options.sparkConf,
    progress,
    signal,
  };
  const startedAt = new Date();
  const machine = machineFacts();
  if (machine.loadBefore > 1) {
    progress.line(
      'bench',
      `the machine is busy (load ${machine.loadBefore}): these figures will be worse than it can do`,
    );
  }
  const results: Record<string, BenchResult & { loadAfter: number }> = {};
  for (const { name, run } of chosen) {
    const result = await run(context);
    results[name] = { ...result, loadAfter: load() };
    print(result);
  }
  const file = resolve(options.json ?? join(PROJECT_ROOT, 'bench-results', `${fileName(startedAt)}.json`));
  mkdirSync(dirname(file), { recursive: true });
  const benchmarks = Object.fromEntries(
    Object.entries(results).map(([name, { figures, targets, loadAfter }]) => [name, { targets, loadAfter, figures }]),
  );
  writeFileSync(file, `${JSON.stringify({ startedAt: startedAt.toISOString(), machine, benchmarks }, null, 2)}\n`);
  console.log(`\nAll figures: ${file}`);
});

function choose(wanted: readonly string[]): readonly Benchmark[] {
  if (wanted.length === 0) return BENCHMARKS;
  return [...new Set(wanted)].map((name) => {
    const benchmark = BENCHMARKS.find((candidate) => candidate.name === name);
    if (benchmark) return benchmark;
    throw new OperatorError('USAGE', `there is no benchmark ${name}`, { exitCode: 2, next: 'See --help.' });
  });
}

function print({ tables, targets }: BenchResult): void {
  for (const table of tables) console.log(`\n${tableText(table)}`);
  if (targets.length > 0) console.log('');
  for (const target of targets) console.log(targetLine(target));
}

function fileName(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

function whole(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
  return Number(text);
}

function collect(pair: string, previous: readonly string[]): readonly string[] {
  return [...previous, pair];
}
