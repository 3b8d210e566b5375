/** Other processes that join a session or drive a query, and tell line by line what they do. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnTied } from './tied-process.ts';
import { until } from './workspace.ts';

/** Compiles the file once, whoever starts it how often. */
const STARTER = join(import.meta.dirname, '..', '..', '..', '..', 'scripts', 'start.mjs');

/** One line of JSON that the child wrote. */
export type ChildEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

export class Child {
  readonly process: ChildProcess;
  readonly events: ChildEvent[] = [];
  readonly ended: Promise<number | NodeJS.Signals>;
  #errors = '';

  /** @param script a file beside this one; it gets the settings as JSON in its first argument. */
  constructor(script: string, settings: object) {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const args = ['--conditions=source', STARTER, file, JSON.stringify(settings)];
    this.process = spawnTied(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    if (this.process.stdout) {
      createInterface({ input: this.process.stdout }).on('line', (line) => this.events.push(JSON.parse(line)));
    }
    this.process.stderr?.on('data', (text) => {
      this.#errors += String(text);
    });
    this.ended = new Promise((resolve) => this.process.once('close', (code, signal) => resolve(signal ?? code ?? -1)));
  }

  /** The first event of this name, or the n-th. */
  event(name: string, n = 1, limitMs = 120_000): Promise<ChildEvent> {
    return until(
      `"${name}" from the child`,
      () => {
        const found = this.events.filter(({ event }) => event === name)[n - 1];
        if (found === undefined && this.process.exitCode !== null)
          throw new Error(`the child ended before "${name}": ${this.#errors || JSON.stringify(this.events)}`);
        return found;
      },
      limitMs,
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}
