import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError, PROJECT_ROOT } from '../../settings/index.ts';
import type { BenchContext, Benchmark, BenchResult } from './bench.ts';
import { BenchProcess } from './child-process.ts';
import { median } from './statistics.ts';

interface DemoRun {
  /** From the start of the command to the line that tells of the first mail, milliseconds. */
  readonly firstMailMs: number;
  readonly wholeMs: number;
  /** When each part had its first line, milliseconds from the start. */
  readonly firstLineMs: Readonly<Record<string, number>>;
}

const TARGET_MS = 60_000;

export const demo: Benchmark = {
  name: 'demo',
  description: 'npm run demo, from its start to the first mail, on a new stack of its own',

  async run({ runs = 1, cold, progress, signal }: BenchContext): Promise<BenchResult> {
    const results: DemoRun[] = [];
    for (let run = 1; run <= runs; run++) {
      const temporary = await mkdtemp(join(tmpdir(), 'bench-demo-'));
      const task = progress.task(`demo ${run}/${runs}`, cold ? 'cloning' : 'starting');
      try {
        const checkout = cold ? freshClone(join(temporary, 'clone')) : PROJECT_ROOT;
        results.push(await oneRun(checkout, temporary, cold, (line) => task.detail(line), signal));
        task.done(`first mail after ${seconds(results.at(-1)?.firstMailMs ?? 0)}`);
      } finally {
        task.stop();
        await rm(temporary, { recursive: true, force: true });
      }
    }
    const firstMailMs = median(results.map((run) => run.firstMailMs));
    const rows = results.map((run) => [cold ? 'cold' : 'warm cache', seconds(run.firstMailMs), seconds(run.wholeMs)]);
    return {
      tables: [{ title: 'npm run demo', columns: ['', 'first mail', 'whole run'], rows }],
      targets: cold
        ? []
        : [{ what: 'demo, first mail', limit: '60 s', measured: seconds(firstMailMs), met: firstMailMs <= TARGET_MS }],
      figures: { cold, runs: results },
    };
  },
};

async function oneRun(
  checkout: string,
  temporary: string,
  cold: boolean,
  show: (line: string) => void,
  signal: AbortSignal,
): Promise<DemoRun> {
  const started = performance.now();
  const firstLineMs: Record<string, number> = {};
  const onLine = (line: string) => {
    const label = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (label === undefined) return;
    firstLineMs[label] ??= Math.round(performance.now() - started);
    show(line);
  };
  const child = new BenchProcess('npm run demo', process.execPath, ['scripts/run.mjs', 'scripts/demo/main.ts'], {
    cwd: checkout,
    // Addresses of a stack that runs already must not reach this one.
    environment: {
      INSTANT_HEALTH_STACK_DIR: join(temporary, 'stack'),
      ...(cold && { INSTANT_HEALTH_CACHE: join(temporary, 'cache') }),
    },
    onLine,
    onErrorLine: onLine,
  });
  try {
    await child.done(signal);
  } finally {
    await child.stop();
  }
  const { mail: firstMailMs } = firstLineMs;
  if (firstMailMs === undefined) throw new OperatorError('BENCH_FAILED', 'the demo sent no mail');
  return { firstMailMs, wholeMs: Math.round(performance.now() - started), firstLineMs };
}

function freshClone(folder: string): string {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', PROJECT_ROOT, folder], { stdio: 'inherit' });
  return folder;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
