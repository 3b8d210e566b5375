import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnTied } from '../../../packages/spark-connect/test/helpers/tied-process.ts';
import { entryArguments } from '../../../scripts/entry-command.ts';
import { PROJECT_ROOT } from '../../../settings/index.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 4_000;
/** Whoever has run for so long is started at once again. */
const RUNS_WELL_AFTER_MS = 15_000;
const STOP_LIMIT_MS = 25_000;

export interface SupervisedOptions {
  readonly entry: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Of Node. */
  readonly flags?: readonly string[];
  /** Everything that it writes, and when it started and ended. */
  readonly log: string;
}

/** Keeps one of the project's commands running, as a service manager would: what ends is started again. */
export class Supervised {
  /** Of the process, from the first one on. */
  starts = 0;
  readonly #options: SupervisedOptions;
  readonly #log: WriteStream;
  readonly #events = new EventEmitter();
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #running: Promise<void> | undefined;

  constructor(options: SupervisedOptions) {
    this.#options = options;
    this.#events.setMaxListeners(0);
    this.#log = createWriteStream(options.log, { flags: 'a' });
  }

  start(): void {
    this.#running ??= this.#keepRunning();
  }

  /** To the process that runs now; none may be running for a moment. */
  signal(name: NodeJS.Signals): void {
    this.#say(`gets ${name}`);
    this.#child?.kill(name);
  }

  /** Resolves with the next line that matches, of either stream; to undefined after the limit. */
  async line(
    pattern: RegExp,
    { limitMs, signal }: { limitMs: number; signal: AbortSignal },
  ): Promise<string | undefined> {
    return await new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#events.off('line', look);
        signal.removeEventListener('abort', abort);
        clearTimeout(timer);
        settle();
      };
      const look = (line: string) => {
        if (pattern.test(line)) finish(() => resolve(line));
      };
      const abort = () => finish(() => reject(signal.reason));
      const timer = setTimeout(() => finish(() => resolve(undefined)), limitMs);
      this.#events.on('line', look);
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }

  /** Asks it to end in good order, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#child?.kill('SIGCONT');
    this.#child?.kill('SIGINT');
    const tooLong = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.#running;
    clearTimeout(tooLong);
    this.#log.end();
  }

  async #keepRunning(): Promise<void> {
    let pauseMs = 0;
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      await this.#runOnce();
      if (performance.now() - startedAt > RUNS_WELL_AFTER_MS) pauseMs = 0;
      await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
    }
  }

  async #runOnce(): Promise<void> {
    const { entry, args, environment, flags = [] } = this.#options;
    // In a group of its own: a Ctrl-C at the terminal must reach it through us, when it is its turn.
    const child = spawnTied(process.execPath, [...entryArguments(entry, flags), ...args], {
      cwd: PROJECT_ROOT,
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.starts += 1;
    this.#say(`start ${this.starts}, pid ${child.pid}`);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) throw new Error('the child has no pipe');
      createInterface({ input: stream }).on('line', (line) => {
        this.#log.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
        this.#events.emit('line', line);
      });
    }
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    this.#say(`ended: ${signal ?? `code ${code}`}`);
  }

  #say(text: string): void {
    this.#log.write(`${new Date().toISOString().slice(11, 23)} ===== ${text}\n`);
  }
}
