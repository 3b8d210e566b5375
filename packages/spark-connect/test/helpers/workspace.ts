/** Directories and waiting for tests of streams. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A directory on the file system that the tests share with the server. */
export class Workspace {
  readonly path: string;
  /** Seconds since 1970, as the last file's time. */
  #writtenAt = Math.floor(Date.now() / 1000) - 3_600;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), 'spark-connect-test-')));
  }

  /** A place in it as the server wants it: with the scheme, for its default file system may be another. */
  url(name: string): string {
    return pathToFileURL(join(this.path, name)).href;
  }

  /** Writes a file of JSON lines, which appears at once and whole; a stream reads the files in the order of the calls. */
  async writeJson(folder: string, rows: readonly object[]): Promise<void> {
    await mkdir(join(this.path, folder), { recursive: true });
    const name = `${randomUUID()}.json`;
    const draft = join(this.path, name);
    await writeFile(draft, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    // Spark orders files by the time of their last change; two of one millisecond have no order.
    this.#writtenAt += 1;
    await utimes(draft, this.#writtenAt, this.#writtenAt);
    await rename(draft, join(this.path, folder, name));
  }

  /** Puts a file where the server expects a directory. */
  async replaceByFile(name: string): Promise<void> {
    await rm(join(this.path, name), { recursive: true });
    await writeFile(join(this.path, name), '');
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** Asks again and again until the answer is something true; fails after the limit, naming what it waited for. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitMs = 120_000,
): Promise<NonNullable<Exclude<T, false | 0 | ''>>> {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; ) {
    const answer = await ask();
    if (answer) return answer as NonNullable<Exclude<T, false | 0 | ''>>;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${limitMs} ms in vain: ${what}`);
}

/** The error that a promise is rejected with; the promise's own value makes the test fail. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}
