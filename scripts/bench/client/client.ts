import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../../settings/index.ts';
import { buildClient, CLIENT_PACKAGE } from '../../package/build-client.ts';
import type { BenchContext, Benchmark, BenchResult } from '../bench.ts';
import { load } from '../machine.ts';
import { providePeerPython } from '../peer-python.ts';
import { ms } from '../table.ts';
import { withLargeServer } from './large-server.ts';
import { type Measured, resultOf } from './report.ts';
import { type Iteration, MILLION, TASKS, type TaskName, type Timing } from './timing.ts';
import { type Side, Worker } from './worker.ts';

const RUNS = 5;
/** Parts that share a server, in this order: a server that has been sent rows keeps them, and spends its time on its memory. */
const SERVERS = [['arrow', 'rows', 'collect', 'select', 'iterate'], ['create'], ['analyze']] as const;

interface Where {
  /** The server's address. */
  readonly remote: string;
  /** PySpark's, for the peer. */
  readonly python: string;
  readonly runs: number;
}

export const client: Benchmark = {
  name: 'client',
  description: 'the Spark Connect client against PySpark: rows both ways, latency, memory, import',

  async run(context: BenchContext): Promise<BenchResult> {
    const { runs = RUNS, progress, signal } = context;
    const python = await providePeerPython(progress, signal);
    await buildClient(join(CLIENT_PACKAGE, 'dist'), signal);
    const measured: Measured = {
      timings: [],
      iterations: [],
      importMs: [],
      failures: [],
      runs,
      peerVersions: python.versions,
    };
    for (const names of SERVERS) {
      if (!names.some((name) => isWanted(context, name))) continue;
      await withLargeServer(context, async (remote) => {
        for (const name of names) await partOn(context, { remote, python: python.python, runs }, name, measured);
      });
    }
    await part(context, 'import', measured, async () => {
      measured.importMs.push(...(await importTimes(runs)));
    });
    return resultOf(measured);
  },
};

function isWanted({ parts }: BenchContext, name: string): boolean {
  return parts.length === 0 || parts.includes(name);
}

function partOn(
  context: BenchContext,
  where: Where,
  name: (typeof SERVERS)[number][number],
  measured: Measured,
): Promise<void> {
  return part(context, name, measured, async () => {
    if (name === 'iterate') measured.iterations.push(...(await iterate(context, where)));
    else measured.timings.push(...(await sideBySide(context, where, name)));
  });
}

/** Measures a part if it is wanted; one that fails is told of, and the others go on. */
async function part(
  context: BenchContext,
  name: string,
  { failures }: Measured,
  measure: () => Promise<void>,
): Promise<void> {
  if (!isWanted(context, name)) return;
  const { progress, signal } = context;
  try {
    await measure();
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    failures.push({ part: name, reason });
    progress.line(`client ${name}`, `failed: ${reason}`);
  }
}

/**
 * A task on both sides in turn, so that the machine's load hits them alike; twice in a round where that can be (ours, theirs, theirs, ours), so
 * that what one leaves behind on the server hits the other as often.
 */
async function sideBySide(
  { progress, signal }: BenchContext,
  { remote, python, runs }: Where,
  task: TaskName,
): Promise<Timing[]> {
  const { rows, times, warmUps } = TASKS[task];
  const timings: Timing[] = [];
  const workers = { ours: new Worker('ours', python, remote), peer: new Worker('peer', python, remote) };
  try {
    for (let run = 1 - warmUps; run <= runs; run++) {
      const step = progress.task(`client ${task} ${run < 1 ? 'warm-up' : `${run}/${runs}`}`, 'both sides');
      const there: readonly Side[] = run % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours'];
      const took: Record<Side, number> = { ours: 0, peer: 0 };
      try {
        for (const side of times === 1 ? there : [...there, ...there.toReversed()]) {
          took[side] += (await workers[side].do(TASKS[task][side], rows, signal)) / times;
        }
        step.done(there.map((side) => `${side} ${ms(took[side])} ms`).join(', '));
      } finally {
        step.stop();
      }
      if (run > 0) timings.push(...there.map((side) => ({ task, side, rows, ms: took[side], load: load() })));
    }
  } finally {
    await Promise.all([workers.ours.stop(), workers.peer.stop()]);
  }
  return timings;
}

/** A process for each round: what it holds at its peak belongs to that many rows alone. */
async function iterate({ progress, signal }: BenchContext, { remote, python, runs }: Where): Promise<Iteration[]> {
  const iterations: Iteration[] = [];
  for (let run = 1; run <= runs; run++) {
    for (const rows of [MILLION, 10 * MILLION]) {
      const step = progress.task(`client iterate ${run}/${runs}`, `${rows} rows`);
      const worker = new Worker('ours', python, remote);
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
