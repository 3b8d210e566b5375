import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { COUNTS_FILE_VARIABLE } from './counting-reporter.ts';
import type { Failure } from './failures.ts';
import { type CountsFile, settleCounts, type TestCounts } from './test-counts.ts';

const REPORTER = fileURLToPath(new URL('./counting-reporter.ts', import.meta.url));

export interface MochaRun {
  readonly files: readonly string[];
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** An interrupted mocha still runs its `after` hooks. */
  readonly signal: AbortSignal;
  /** Where its output goes; this process's own by default. */
  readonly onOutput?: (text: string) => void;
  /** How long each file took, in milliseconds, by its path. */
  readonly onFileTimes?: (fileMs: Readonly<Record<string, number>>) => void;
  /** What failed, in its order; called where something did. */
  readonly onFailures?: (failures: readonly Failure[]) => void;
}

/** Runs mocha in a process of its own and counts. */
export async function runMocha(run: MochaRun): Promise<TestCounts> {
  const { files, args = [], environment = {}, signal, onOutput, onFileTimes, onFailures } = run;
  signal.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), 'instant-health-tests-'));
  const countsPath = join(folder, 'counts.json');
  try {
    const mocha = join(dirname(createRequire(import.meta.url).resolve('mocha/package.json')), 'bin', 'mocha.js');
    // A socket that a test forgot must not keep the process, and CI with it, alive for ever.
    const child = spawn(process.execPath, [mocha, '--exit', '--reporter', REPORTER, ...args, ...files], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, ...environment, [COUNTS_FILE_VARIABLE]: countsPath },
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
    if (written?.fileMs) onFileTimes?.(written.fileMs);
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
