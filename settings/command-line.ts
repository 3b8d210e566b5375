import { Command, CommanderError } from 'commander';
import { messageOf, OperatorError } from './operator-error.ts';

const INTERRUPTED = 130;
const ECHO_MS = 500;

/** Why a command's signal fired, when a person or the system asked it to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

/** A commander command that throws instead of ending the process, for use inside {@link runCommand}. */
export function command(name: string, description: string): Command {
  return new Command(name).description(description).exitOverride().showHelpAfterError('(--help shows the usage)');
}

/**
 * Runs a command from its start to the process's end. Exit codes: 0 done, 1 failed, 2 bad usage or configuration,
 * 130 interrupted. The first Ctrl-C, SIGTERM or SIGHUP (or a closed output pipe) aborts the signal, so that the
 * command can finish what it holds; the second Ctrl-C ends the process at once.
 *
 * @param main the command; may return an exit code of its own
 */
export async function runCommand(main: (signal: AbortSignal) => Promise<number | undefined> | Promise<void>) {
  const controller = new AbortController();
  let interruptedAt = 0;
  const interrupt = (why: string) => {
    if (controller.signal.aborted) {
      // A signal to a whole process group also comes through the parents, which pass it on: that is one wish, not two.
      if (performance.now() - interruptedAt > ECHO_MS) process.exit(INTERRUPTED);
      return;
    }
    interruptedAt = performance.now();
    controller.abort(new Interruption(why));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt(`received ${name}`));
  survivePipes(() => {
    if (!controller.signal.aborted) controller.abort(new Interruption('the reader of the output went away'));
  });
  let exitCode: number;
  try {
    exitCode = (await main(controller.signal)) ?? 0;
    if (controller.signal.aborted) exitCode = INTERRUPTED;
  } catch (error) {
    exitCode = controller.signal.aborted && !(error instanceof OperatorError) ? INTERRUPTED : report(error);
  }
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  // A library that forgot a timer or a socket must not keep a finished command alive.
  process.exit(exitCode);
}

/**
 * Prints a failure the way {@link runCommand} does.
 *
 * @returns the exit code that belongs to it
 */
export function report(
  error: unknown,
  write: (line: string) => unknown = (line) => process.stderr.write(line),
): number {
  // Commander has printed its own message by now; help and version come as errors with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const debug = Boolean(process.env.DEBUG);
  if (error instanceof OperatorError) {
    write(`error: ${error.message}\n`);
    if (error.next !== undefined) write(`  ${error.next}\n`);
    if (debug) write(`${stackOf(error)}\n`);
    return error.exitCode;
  }
  write(`error: ${messageOf(error)}\n`);
  write(debug ? `${stackOf(error)}\n` : '  Set DEBUG=1 to see where it came from.\n');
  return 1;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`;
}

/** `npm run produce | head` closes our output: that ends the work in good order instead of crashing it. */
function survivePipes(onClosed: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    onClosed();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}
