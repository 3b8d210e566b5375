import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, OperatorError } from '../../settings/index.ts';

/** A program that forwards a local port to the Spark server, as long as it runs. */
export interface TunnelProgram {
  readonly file: string;
  args(localPort: number): readonly string[];
  /** What to do where it is missing. */
  readonly install: string;
}

const OPEN_WITHIN_MS = 30_000;
const POLL_MS = 100;
const REOPEN_MS = { first: 500, most: 15_000 };
const END_WITHIN_MS = 3_000;

/** Keeps a tunnel open until it is closed: one that breaks is opened again on the same port. */
export class Tunnel {
  readonly port: number;
  readonly #program: TunnelProgram;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  #child: ChildProcess | undefined;
  #lastWords = '';
  #keeping: Promise<void> = Promise.resolve();

  private constructor(program: TunnelProgram, port: number, log: Logger) {
    this.#program = program;
    this.port = port;
    this.#log = log;
  }

  /** @throws OperatorError with the program's last words when it ends, or does not listen within 30 seconds */
  static async open(program: TunnelProgram, log: Logger, signal: AbortSignal): Promise<Tunnel> {
    const tunnel = new Tunnel(program, await freePort(), log);
    try {
      await tunnel.#start(signal);
      tunnel.#keeping = tunnel.#keep();
      return tunnel;
    } catch (error) {
      await tunnel.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#keeping;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, 'exit');
    endGroup(child.pid, 'SIGTERM');
    await Promise.race([ended, delay(END_WITHIN_MS)]);
    if (child.exitCode === null && child.signalCode === null) endGroup(child.pid, 'SIGKILL');
    await ended;
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { file, install } = this.#program;
    // A group of its own: Ctrl-C at the terminal must not cut the line that stopping the queries needs.
    const child = spawn(file, this.#program.args(this.port), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = lastLine(text) || this.#lastWords;
    });
    let failure: NodeJS.ErrnoException | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const limit = performance.now() + OPEN_WITHIN_MS;
    while (!(await isListening(this.port))) {
      if (failure?.code === 'ENOENT') {
        throw new OperatorError('TUNNEL_FAILED', `${file} is missing: it opens the tunnel to the cluster`, {
          exitCode: 2,
          next: install,
        });
      }
      if (failure || child.exitCode !== null || child.signalCode !== null) throw this.#failed('ended');
      if (performance.now() > limit) throw this.#failed(`did not open within ${OPEN_WITHIN_MS / 1_000} s`);
      await delay(POLL_MS, undefined, { signal });
    }
  }

  async #keep(): Promise<void> {
    const closing = this.#closing.signal;
    for (let waitMs = REOPEN_MS.first; !closing.aborted; ) {
      const child = this.#child;
      if (child && child.exitCode === null && child.signalCode === null) {
        await once(child, 'exit', { signal: closing }).catch(() => undefined);
        if (closing.aborted) return;
        this.#log.warn(`the tunnel to the cluster was cut (${this.#lastWords || 'no reason told'}); opening it again`);
      }
      try {
        await this.#start(closing);
        this.#log.info('the tunnel to the cluster is open again');
        waitMs = REOPEN_MS.first;
      } catch (error) {
        if (closing.aborted) return;
        this.#log.warn({ err: error }, 'the tunnel could not be opened again yet');
        await delay(waitMs, undefined, { signal: closing }).catch(() => undefined);
        waitMs = Math.min(REOPEN_MS.most, waitMs * 2);
      }
    }
  }

  #failed(how: string): OperatorError {
    const said = this.#lastWords === '' ? '' : `: ${this.#lastWords}`;
    return new OperatorError('TUNNEL_FAILED', `the tunnel (${this.#program.file}) ${how}${said}`, {
      next: 'EMR_TUNNEL chooses ssm or ssh; docs/targets.md says what each needs.',
    });
  }
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
