import { CommanderError } from 'commander';
import { SetUpError } from './setup/set-up-error.ts';

const SAME_KEYPRESS_MS = 500;

/** A command's result: nothing, or the exit code. */
type Outcome = undefined | number;

/**
 * The frame of every script: Ctrl-C and SIGTERM become an AbortSignal, a second one ends at once; failures become one
 * clear line and an exit code (0 done, 1 failed, 2 bad usage, 130 interrupted).
 */
export async function runScript(main: (signal: AbortSignal) => Promise<Outcome | void>): Promise<void> {
  const controller = new AbortController();
  let firstSignal = 0;
  const interrupt = () => {
    // npm passes on a Ctrl-C that the terminal has sent to the whole group already.
    if (controller.signal.aborted && Date.now() - firstSignal > SAME_KEYPRESS_MS) process.exit(130);
    firstSignal ||= Date.now();
    controller.abort(new DOMException('interrupted', 'AbortError'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  ignoreClosedOutput();
  try {
    const code = await main(controller.signal);
    process.exitCode = controller.signal.aborted ? 130 : (code ?? 0);
  } catch (error) {
    process.exitCode = controller.signal.aborted ? 130 : report(error);
  }
  // Clients that keep a socket open (kafkajs, mysql2) must not keep a finished command alive.
  await flushed();
  process.exit();
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SetUpError) {
    console.error(`error: ${error.message}`);
    if (error.next !== undefined) console.error(`  → ${error.next}`);
    if (process.env['DEBUG'] && error.cause !== undefined) console.error(error.cause);
    return 1;
  }
  console.error(process.env['DEBUG'] ? error : `error: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
}

/** `npm run stack -- logs | head` closes our output early: that is no failure. */
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

function flushed(): Promise<unknown> {
  const empty = (stream: NodeJS.WriteStream) => new Promise((resolve) => stream.write('', resolve));
  return Promise.all([empty(process.stdout), empty(process.stderr)]);
}
