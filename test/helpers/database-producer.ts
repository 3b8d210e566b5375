import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { entryArguments } from '../../scripts/entry-command.ts';
import type { Environment } from '../../settings/index.ts';

/** A producer in a process of its own, as `npm run produce` starts it. */
export interface ProducerProcess {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Lines of standard output so far. */
  lines(): readonly string[];
  /** Standard error so far. */
  said(): string;
  /** Resolves when standard error has the pattern; rejects when the process ends without. */
  saying(pattern: RegExp): Promise<void>;
  /** Resolves when that many lines were printed; rejects when the process ends before. */
  printed(count: number): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly lines: readonly string[]; readonly stderr: string }>;
}

export function startProducer(environment: Environment, ...args: readonly string[]): ProducerProcess {
  const child = spawn(process.execPath, [...entryArguments('producer/main.ts'), ...args], {
    env: { ...environment, DEBUG: '', LOG_FORMAT: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const lines = () => stdout.split('\n').slice(0, -1);
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, lines: lines(), stderr }));
  const printed = async (count: number) => {
    while (lines().length < count) {
      const isOver = await Promise.race([once(child.stdout, 'data').then(() => false), ended.then(() => true)]);
      if (isOver && lines().length < count) throw new Error(`it ended after ${lines().length} lines: ${stderr}`);
    }
  };
  const saying = async (pattern: RegExp) => {
    while (!pattern.test(stderr)) {
      const isOver = await Promise.race([once(child.stderr, 'data').then(() => false), ended.then(() => true)]);
      if (isOver && !pattern.test(stderr)) throw new Error(`it ended without saying ${pattern}: ${stderr}`);
    }
  };
  return { child, lines, said: () => stderr, saying, printed, ended };
}
