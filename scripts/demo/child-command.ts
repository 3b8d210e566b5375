import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { entryArguments } from '../entry-command.ts';

export interface ChildCommandOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly onErrorLine: (line: string) => void;
}

// Long enough to finish a batch and to stop four queries.
const STOP_LIMIT_MS = 30_000;

/** One of the project's own commands, run as users run it, in a process of its own. */
export class ChildCommand {
  readonly #child: ChildProcess;
  /** The exit code; 1 for one that a signal ended. */
  readonly exited: Promise<number>;

  constructor(entry: string, args: readonly string[], options: ChildCommandOptions) {
    // In a group of its own: a Ctrl-C at the terminal must reach it once, through us, and not twice.
    this.#child = spawn(process.execPath, [...entryArguments(entry), ...args], {
      cwd: PROJECT_ROOT,
      detached: true,
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const [stream, onLine] of [
      [this.#child.stdout, options.onLine],
      [this.#child.stderr, options.onErrorLine],
    ] as const) {
      if (stream) createInterface({ input: stream }).on('line', onLine);
    }
    this.exited = once(this.#child, 'close').then(([code]) => (typeof code === 'number' ? code : 1));
  }

  /** Asks the command to end in good order and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.exited;
    clearTimeout(timer);
  }
}
