import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { OperatorError, PROJECT_ROOT } from '../../settings/index.ts';
import { entryArguments } from '../entry-command.ts';

export interface BenchProcessOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly onLine?: (line: string) => void;
  readonly onErrorLine?: (line: string) => void;
  readonly cwd?: string;
  /** Whether it is sent lines. */
  readonly takesLines?: boolean;
}

const STOP_LIMIT_MS = 30_000;
const TAIL_LINES = 15;

/** A process under measurement, in a group of its own, so that a Ctrl-C at the terminal reaches it through us only. */
export class BenchProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #tail: string[] = [];
  /** The exit code; 1 for one that a signal ended. */
  readonly exited: Promise<number>;

  constructor(name: string, file: string, args: readonly string[], options: BenchProcessOptions = {}) {
    this.name = name;
    this.#child = spawn(file, args, {
      cwd: options.cwd ?? PROJECT_ROOT,
      detached: true,
      env: { ...process.env, ...options.environment },
      stdio: [options.takesLines ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    const streams = [
      [this.#child.stdout, options.onLine],
      [this.#child.stderr, options.onErrorLine],
    ] as const;
    for (const [stream, onLine] of streams) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (this.#tail.push(line) > TAIL_LINES) this.#tail.shift();
        onLine?.(line);
      });
    }
    this.exited = Promise.race([
      once(this.#child, 'close').then(([code]) => (typeof code === 'number' ? code : 1)),
      once(this.#child, 'error').then(([error]) => {
        this.#tail.push(String(error));
        return 1;
      }),
    ]);
  }

  /** One of the project's own commands, with the options of Node that its npm script has. */
  static ofProject(script: string, args: readonly string[], options: BenchProcessOptions = {}): BenchProcess {
    const { nodeOptions, entry } = npmScript(script);
    const flags = entryArguments(entry, nodeOptions);
    return new BenchProcess(`npm run ${script}`, process.execPath, [...flags, ...args], options);
  }

  /** The largest resident set so far, in MiB, as the kernel counted it; undefined where it does not tell or the process is gone. */
  peakMemoryMiB(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
    } catch {
      return undefined;
    }
  }

  /** Writes a line to its standard input. */
  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits for the end that is to be expected. @throws OperatorError with its last lines when it fails */
  async done(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const interrupted = once(signal, 'abort', { signal: over.signal }).then(() => {
      throw signal.reason;
    });
    signal.throwIfAborted();
    try {
      const code = await Promise.race([this.exited, interrupted]);
      if (code !== 0) throw this.#failure(code);
    } finally {
      interrupted.catch(() => {});
      over.abort();
    }
  }

  /** Rejects when the process ends although it should still run. */
  async failed(): Promise<never> {
    throw this.#failure(await this.exited);
  }

  /** Asks the process to end in good order, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined) return;
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  /** Sends a signal as it is: SIGKILL, SIGSTOP, SIGCONT. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  #failure(code: number): OperatorError {
    return new OperatorError('BENCH_FAILED', `${this.name} ended with code ${code}:\n  ${this.#tail.join('\n  ')}`);
  }
}

/** `exec node scripts/run.mjs [--node-option…] <entry.ts>`: started without run.mjs, so that our child is the command itself. */
function npmScript(name: string): { nodeOptions: readonly string[]; entry: string } {
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')));
  const [, ...words] = scripts[name]?.split('scripts/run.mjs')[1]?.split(' ') ?? [];
  const entry = words.find((word) => !word.startsWith('--'));
  if (entry === undefined) throw new Error(`package.json has no script ${name} that this can start`);
  return { nodeOptions: words.slice(0, words.indexOf(entry)), entry };
}

const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });
