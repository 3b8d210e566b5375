import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 300;

/**
 * Follows what Spark's console sink prints, from now on: the sink writes to the standard output of the server, which the
 * stack keeps in a file.
 */
export async function followSparkConsole(
  file: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const handle = await open(file, 'r');
  try {
    let { size: position } = await handle.stat();
    let rest = '';
    while (!signal.aborted) {
      const { size } = await handle.stat();
      if (size > position) {
        const buffer = Buffer.alloc(size - position);
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        position += bytesRead;
        const lines = (rest + buffer.subarray(0, bytesRead).toString('utf8')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      }
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await handle.close();
  }
}

// Spark shows twenty rows of each batch; five are enough to see what they are.
const SHOWN_ROWS = 5;

/** Shortens the tables that pass through: heading and the first rows, then how many more Spark has printed. */
export function shortenTables(write: (line: string) => void): (line: string) => void {
  let rows = 0;
  let borders = 0;
  return (line) => {
    if (line.startsWith('Batch:')) [rows, borders] = [0, 0];
    if (line.startsWith('+-')) {
      borders++;
      if (borders === 3 && rows > SHOWN_ROWS) write(`| … ${rows - SHOWN_ROWS} more rows printed`);
    }
    if (line.startsWith('|') && borders === 2 && ++rows > SHOWN_ROWS) return;
    if (line.trim() !== '' && !/^-+$/.test(line)) write(line);
  };
}
