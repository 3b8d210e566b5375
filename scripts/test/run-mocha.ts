import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT, stackDirectory } from '../../settings/index.ts';
import type { CompiledTests } from './compiled-tests.ts';
import { COUNTING_REPORTER, COUNTS_FILE_VARIABLE } from './counts-file.ts';
import type { Failure } from './failures.ts';
import type { FileMs } from './file-times.ts';
import { type CountsFile, settleCounts, type TestCounts } from './test-counts.ts';

export interface MochaRun {
  readonly tests: CompiledTests;
  /** Of those tests, relative to the project's folder. */
  readonly files: readonly string[];
  /** Mocha's own. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The Node that runs it and, by `process.execPath`, what its tests start; this process's own by default. */
  readonly node?: string;
  /** Ends mocha at once; the processes that its tests have started are tied to its own. */
  readonly signal: AbortSignal;
  /** Where its output goes; this process's own by default. */
  readonly onOutput?: (text: string) => void;
  /** How long each file took. */
  readonly onFileTimes?: (fileMs: FileMs) => void;
  /** What failed, in its order; called where something did. */
  readonly onFailures?: (failures: readonly Failure[]) => void;
}

/** Runs mocha in a process of its own and counts. */
export async function runMocha(run: MochaRun): Promise<TestCounts> {
  const { tests, files, args = [], environment = {}, node = process.execPath, signal } = run;
  const { onOutput, onFileTimes, onFailures } = run;
  signal.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), 'instant-health-tests-'));
  const countsPath = join(folder, 'counts.json');
  try {
    const mocha = join(dirname(createRequire(import.meta.url).resolve('mocha/package.json')), 'bin', 'mocha.js');
    const options = ['--conditions=source', '--enable-source-maps'];
    const reporter = ['--require', tests.reporter, '--reporter', COUNTING_REPORTER];
    const modules = files.map((file) => tests.module(file));
    // A socket that a test forgot must not keep the process, and CI with it, alive for ever.
    const child = spawn(node, [...options, mocha, '--exit', ...reporter, ...args, ...modules], {
      cwd: PROJECT_ROOT,
      // The client's tests know nothing of `.env`, which may name the stack.
      env: {
        ...process.env,
        INSTANT_HEALTH_STACK_DIR: stackDirectory(),
        ...environment,
        [COUNTS_FILE_VARIABLE]: countsPath,
      },
      stdio: ['ignore', onOutput ? 'pipe' : 'inherit', onOutput ? 'pipe' : 'inherit'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
    }
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.removeEventListener('abort', interrupt);
    const written = readCounts(countsPath);
    if (written?.fileMs) {
      const times = Object.entries(written.fileMs);
      onFileTimes?.(Object.fromEntries(times.map(([module, ms]) => [tests.file(module), ms])));
    }
    const counts = settleCounts(written, exitCode);
    const failures = [...(written?.failures ?? [])];
    if (counts.failed > failures.length) {
      failures.push({ title: 'mocha itself', message: `ended with ${exitCode ?? 'a signal'} in ${files.join(', ')}` });
    }
    if (failures.length > 0) onFailures?.(failures);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(path: string): CountsFile | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}
