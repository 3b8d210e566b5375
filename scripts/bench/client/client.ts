import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../../settings/index.ts';
import { buildClient, CLIENT_PACKAGE } from '../../package/build-client.ts';
import type { BenchContext, Benchmark, BenchResult } from '../bench.ts';
import { load } from '../machine.ts';
import { providePeerPython } from '../peer-python.ts';
import { ms } from '../table.ts';
import { resultOf } from './report.ts';
import { type Iteration, MILLION, TASKS, type Timing } from './timing.ts';
import { type Side, Worker } from './worker.ts';

const RUNS = 5;

const wanted = ({ parts }: BenchContext, part: string) => parts.length === 0 || parts.includes(part);

export const client: Benchmark = {
  name: 'client',
  description: 'the Spark Connect client against PySpark: rows both ways, latency, memory, import',

  async run(context: BenchContext): Promise<BenchResult> {
    const { runs = RUNS, progress, signal } = context;
    const python = await providePeerPython(progress, signal);
    await buildClient(join(CLIENT_PACKAGE, 'dist'), signal);
    const timings = await sideBySide(context, python.python, runs);
    const iterations = wanted(context, 'iterate') ? await iterate(context, python.python, runs) : [];
    const importMs = wanted(context, 'import') ? await importTimes(runs) : [];
    return resultOf({ timings, iterations, importMs, runs, peerVersions: python.versions });
  },
};

/** Every task on both sides in turn, so that the machine's load hits them alike; the first round warms up and does not count. */
async function sideBySide(context: BenchContext, python: string, runs: number): Promise<Timing[]> {
  const { progress, signal } = context;
  const timings: Timing[] = [];
  for (const { task, rows } of TASKS.filter(({ task }) => wanted(context, task))) {
    const workers = { ours: new Worker('ours', python), peer: new Worker('peer', python) };
    try {
      for (let run = 0; run <= runs; run++) {
        const step = progress.task(`client ${task} ${run}/${runs}`, 'both sides');
        const sides: readonly Side[] = run % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours'];
        const round: Timing[] = [];
        try {
          for (const side of sides) {
            round.push({ task, side, rows, ms: await workers[side].do(task, rows, signal), load: load() });
          }
          step.done(round.map(({ side, ms: took }) => `${side} ${ms(took)} ms`).join(', '));
        } finally {
          step.stop();
        }
        if (run > 0) timings.push(...round);
      }
    } finally {
      await Promise.all([workers.ours.stop(), workers.peer.stop()]);
    }
  }
  return timings;
}

/** A process for each round: what it holds at its peak belongs to that many rows alone. */
async function iterate({ progress, signal }: BenchContext, python: string, runs: number): Promise<Iteration[]> {
  const iterations: Iteration[] = [];
  for (let run = 1; run <= runs; run++) {
    for (const rows of [MILLION, 10 * MILLION]) {
      const step = progress.task(`client iterate ${run}/${runs}`, `${rows} rows`);
      const worker = new Worker('ours', python);
      try {
        const took = await worker.do('iterate', rows, signal);
        const peakMiB = worker.peakMemoryMiB() ?? Number.NaN;
        iterations.push({ rows, ms: took, peakMiB });
        step.done(`${ms(took)} ms, ${Math.round(peakMiB)} MiB`);
      } finally {
        step.stop();
        await worker.stop();
      }
    }
  }
  return iterations;
}

/** From a Node that has started to a package that is there; files come from the system's cache, as the first one does not count. */
async function importTimes(runs: number): Promise<number[]> {
  const program =
    "const t = performance.now(); await import('@instant-health/spark-connect'); console.log(performance.now() - t);";
  const times: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    if (run > 0) times.push(Number(stdout));
  }
  return times;
}
