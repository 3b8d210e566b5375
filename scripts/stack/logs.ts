import { existsSync, statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StackLayout } from './layout.ts';
import { lastLines } from './log-tail.ts';
import { StackError } from './stack-error.ts';

const FOLLOW_MS = 300;

interface LogsOptions {
  readonly service: string | undefined;
  readonly lines: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** Prints the end of the logs, each line after its service's name when there are several. */
export async function showLogs(layout: StackLayout, options: LogsOptions): Promise<void> {
  const paths = await logFiles(layout, options.service);
  const print = (path: string, line: string) =>
    console.log(paths.length === 1 ? line : `${basename(path, '.log').padEnd(15)} ${line}`);
  const positions = new Map(paths.map((path) => [path, statSync(path).size]));
  for (const path of paths) for (const line of lastLines(path, options.lines)) print(path, line);
  if (!options.follow) return;
  while (!options.signal.aborted) {
    for (const [path, from] of positions) positions.set(path, await printFrom(path, from, (line) => print(path, line)));
    await delay(FOLLOW_MS, undefined, { signal: options.signal });
  }
}

async function logFiles(layout: StackLayout, service: string | undefined): Promise<string[]> {
  const folder = dirname(layout.log('any'));
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.log')).sort() : [];
  const services = [...new Set(names.map((name) => name.replace(/(\.out)?\.log$/, '')))];
  const wanted = names.filter((name) => service === undefined || name.replace(/(\.out)?\.log$/, '') === service);
  if (wanted.length === 0) {
    const known = services.length === 0 ? 'no service has a log yet' : `there are ${services.join(', ')}`;
    throw new StackError(service === undefined ? known : `no log of '${service}': ${known}`, {
      exitCode: 2,
      ...(services.length === 0 && { next: '`npm run stack -- up` starts the services.' }),
    });
  }
  return wanted.map((name) => join(folder, name));
}

/** Prints the complete lines after a position; resolves to the position after them. */
async function printFrom(path: string, from: number, print: (line: string) => void): Promise<number> {
  const { size } = statSync(path);
  // A restart begins a new file.
  const start = size < from ? 0 : from;
  if (size === start) return start;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    if (end > 0) for (const line of buffer.toString('utf8', 0, end - 1).split('\n')) print(line);
    return start + end;
  } finally {
    await file.close();
  }
}
