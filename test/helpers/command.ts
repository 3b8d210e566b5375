import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { PROJECT_ROOT } from '../../settings/index.ts';

/** In the environment of a command under test and of whatever it starts. */
const MARK = 'INSTANT_HEALTH_COMMAND_UNDER_TEST';

/** A command as people type it, at a terminal of its own, so that Ctrl-C reaches it as it would reach theirs. */
export class TerminalCommand {
  readonly #child: ChildProcess;
  readonly #mark = randomUUID();
  readonly #waiting = new Set<() => void>();
  /** The exit code. */
  readonly exited: Promise<number>;
  output = '';

  constructor(commandLine: string, environment: NodeJS.ProcessEnv = {}) {
    // script(1) of util-linux gives it a pseudo-terminal; what we write to script is typed there.
    this.#child = spawn('script', ['--quiet', '--flush', '--return', '--command', commandLine, '/dev/null'], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, ...environment, [MARK]: this.#mark },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text.replaceAll('\r', '');
      for (const wake of this.#waiting) wake();
    });
    this.exited = once(this.#child, 'close').then(([code]) => Number(code ?? 1));
    this.exited.then(() => {
      for (const wake of this.#waiting) wake();
    });
  }

  /** Resolves when the output has the pattern; rejects with the output when the command ends without. */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.output)) {
      if (this.#child.exitCode !== null)
        throw new Error(`ended without printing ${pattern}:\n${this.output.slice(-3000)}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        const timer = setTimeout(resolve, 1000);
        timer.unref();
      });
      this.#waiting.clear();
    }
  }

  pressCtrlC(): void {
    this.#child.stdin?.write('\u0003');
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Command lines of the processes that it has started and that still run. */
  leftOvers(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${this.#mark}`)) return [];
          return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()].filter(
            (line) => line !== '',
          );
        } catch {
          // It ended while we looked, or belongs to somebody else.
          return [];
        }
      });
  }
}
