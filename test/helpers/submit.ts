import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawnTied } from '../../packages/spark-connect/test/helpers/tied-process.ts';
import { entryArguments } from '../../scripts/entry-command.ts';
import { PROJECT_ROOT } from '../../settings/index.ts';

/** How a command ended, and what it wrote. */
export interface Ended {
  /** 128 + 9 and so on where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 120_000;

/** One of the project's commands in a process of its own, as a user runs it. */
export class Command {
  /** Lines of standard output so far. */
  readonly lines: string[] = [];
  readonly errorLines: string[] = [];
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #events = new EventEmitter();
  #over: Ended | undefined;

  constructor(entry: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#events.setMaxListeners(0);
    this.#child = spawnTied(process.execPath, [...entryArguments(entry), ...args], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, DEBUG: '', LOG_LEVEL: '', LOG_FORMAT: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const [stream, lines] of [
      [this.#child.stdout, this.lines],
      [this.#child.stderr, this.errorLines],
    ] as const) {
      if (!stream) throw new Error('the child has no pipe');
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        this.#events.emit('change');
      });
    }
    this.ended = once(this.#child, 'close').then((ending) => {
      const [code, signal] = ending as [number | null, string | null];
      const killed = signal === 'SIGKILL' ? 137 : 128;
      this.#over = { code: code ?? killed, stdout: this.lines.join('\n'), stderr: this.errorLines.join('\n') };
      this.#events.emit('change');
      return this.#over;
    });
    started.add(this);
    this.ended.finally(() => started.delete(this));
  }

  /** Resolves when something holds; fails when the command ends before it does, or after the limit. */
  async until<T>(holds: (command: this) => T | undefined | false, what: string, limitMs = LIMIT_MS): Promise<T> {
    const limit = AbortSignal.timeout(limitMs);
    for (;;) {
      const result = holds(this);
      if (result !== undefined && result !== false) return result;
      if (this.#over) throw new Error(`ended with code ${this.#over.code} before ${what}:\n${this.told()}`);
      await once(this.#events, 'change', { signal: limit }).catch(() => {
        throw new Error(`waited ${limitMs} ms for ${what}:\n${this.told()}`);
      });
    }
  }

  /** Resolves with the first line of either stream that matches. */
  line(pattern: RegExp, limitMs = LIMIT_MS): Promise<string> {
    return this.until(
      () => [...this.lines, ...this.errorLines].find((line) => pattern.test(line)),
      String(pattern),
      limitMs,
    );
  }

  /** Resolves when all queries are told to run. */
  async running(queries: number): Promise<void> {
    const count = () => this.errorLines.filter((line) => / runs \(id /.test(line)).length >= queries;
    await this.until(count, `${queries} queries to run`);
  }

  /** Rows that a query has told of, with `--json`. */
  rowsOf(query: string): number {
    return this.json()
      .filter((line) => line.query === query && typeof line.rows === 'number')
      .reduce((sum, line) => sum + Number(line.rows), 0);
  }

  /** The lines of standard output, with `--json`. */
  json(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  told(): string {
    return [...this.lines.slice(-20), ...this.errorLines.slice(-40)].join('\n');
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ctrl-C, and the end. */
  interrupt(): Promise<Ended> {
    this.kill('SIGINT');
    return this.ended;
  }

  /** Ctrl-C, and the end as it should be; fails with what the command told where it ends in another way. */
  async interrupted(): Promise<void> {
    const { code } = await this.interrupt();
    if (code !== 130) throw new Error(`ended with code ${code} instead of 130 after SIGINT:\n${this.told()}`);
  }
}

const started = new Set<Command>();

/** Ends what a failed test has left running. */
export async function endCommands(): Promise<void> {
  for (const command of started) {
    command.kill('SIGCONT');
    command.kill('SIGINT');
    const tooLong = setTimeout(() => command.kill('SIGKILL'), 20_000);
    await command.ended;
    clearTimeout(tooLong);
  }
}

export function submitCommand(args: readonly string[], environment: Readonly<Record<string, string>>): Command {
  return new Command('jobs/submit.ts', args, environment);
}

/** Runs a command to its end. */
export function run(
  entry: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Command(entry, args, environment).ended;
}
