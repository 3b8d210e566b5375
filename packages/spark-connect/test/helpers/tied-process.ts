/** Processes of a test that must not outlive it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** The descriptor over which the two are tied. */
const TIE = 3;

/*
 * The shell leaves a watcher behind and then becomes the program, so that pid and signals are the program's own. The watcher waits for a
 * line from us. Our end brings it the end of the pipe instead, whatever ended us; the program's end brings it the line. What the program has
 * started is in its group, and dies with it: Spark's Python workers would ask a server that is gone for minutes.
 */
const SCRIPT = `{ read -r _ || kill -9 -$$; } <&${TIE} >/dev/null 2>&1 & exec ${TIE}<&-; exec "$@"`;

/** As `spawn`, for a program that is killed when this process is gone, also by SIGKILL, and also while it is frozen. */
export function spawnTied(
  file: string,
  args: readonly string[],
  { stdio = ['ignore', 'ignore', 'ignore'], ...options }: Omit<SpawnOptions, 'stdio'> & { stdio?: Streams } = {},
): ChildProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', file, ...args], {
    ...options,
    detached: true,
    stdio: [...stdio, 'pipe'],
  });
  const tie = child.stdio[TIE] as Writable | null | undefined;
  // The watcher may be gone before the program.
  tie?.on('error', () => {});
  child.once('exit', () => tie?.end('\n'));
  return child;
}

/** Ends a tied process at once, and all that it has started. */
export async function killTied(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}

type Stream = 'ignore' | 'pipe' | 'inherit';
type Streams = readonly [stdin: Stream, stdout: Stream, stderr: Stream];
