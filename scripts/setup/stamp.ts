import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { startTicksOf } from '../process-lock.mjs';

const STAMP = '.stamp.json';

/** What a folder was made from: versions, coordinates, file hashes. Equal inputs mean an equal folder. */
export type StampInputs = Readonly<Record<string, unknown>>;

/** A hash of the inputs that does not depend on the order of their keys. */
export function stampOf(inputs: StampInputs): string {
  const sorted = Object.keys(inputs)
    .sort()
    .map((key) => [key, inputs[key]]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** True when `folder` was completed from exactly these inputs. */
export function isStamped(folder: string, inputs: StampInputs): boolean {
  const path = join(folder, STAMP);
  if (!existsSync(path)) return false;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).stamp === stampOf(inputs);
  } catch {
    return false;
  }
}

/**
 * Makes a folder that is either complete or absent: `build` fills a folder with a temporary name beside it, which gets
 * its stamp and then the real name in one rename. Whatever an interrupted build left behind is removed.
 *
 * @param folder where the result shall be
 * @param inputs what it is made from; goes into the stamp in clear as well, for people
 * @param build fills the folder that it is given
 */
export async function buildStamped(
  folder: string,
  inputs: StampInputs,
  build: (temporary: string) => Promise<void>,
): Promise<void> {
  await removeLeftovers(folder);
  const temporary = `${folder}.partial-${process.pid}-${startTicksOf(process.pid)}`;
  await mkdir(temporary, { recursive: true });
  try {
    await build(temporary);
    await writeFile(join(temporary, STAMP), JSON.stringify({ stamp: stampOf(inputs), inputs }, null, 2));
    await replaceFolder(folder, temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A folder cannot be renamed over a full one: the old one steps aside first. */
async function replaceFolder(folder: string, replacement: string): Promise<void> {
  const old = `${replacement}.old`;
  if (existsSync(folder)) await rename(folder, old);
  await rename(replacement, folder);
  await rm(old, { recursive: true, force: true });
}

async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  const pattern = /\.partial-(\d+)-(\d+)(\.old)?$/;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(folder)}.partial-`)) continue;
    const [, pid, ticks] = pattern.exec(name) ?? [];
    if (pid !== undefined && startTicksOf(Number(pid)) === ticks) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}
