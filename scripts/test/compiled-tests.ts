// Test files compiled once for all runs of mocha: each then loads a few files instead of some fifteen hundred.
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { compileTogether } from '../compiled-entry.mjs';

const REPORTER = fileURLToPath(new URL('./counting-reporter.ts', import.meta.url));

/** What mocha is to load. Belongs to whoever made it; `await using` removes it. */
export interface CompiledTests extends AsyncDisposable {
  /** A module that adds the counting reporter to mocha's own. */
  readonly reporter: string;
  /** The module of a test file, whose path is relative to the project's folder. */
  module(file: string): string;
  /** The test file of a module, relative to the project's folder. */
  file(module: string): string;
}

/**
 * @param files relative to the project's folder; one may be named more than once
 * @throws esbuild's account of what is wrong where a file is not there or does not compile
 */
export async function compileTests(files: readonly string[]): Promise<CompiledTests> {
  const paths = new Set([REPORTER, ...files.map((file) => resolve(PROJECT_ROOT, file))]);
  const { folder, modules } = await compileTogether([...paths], 'tests');
  const moduleOf = (file: string) => {
    const module = modules.get(resolve(PROJECT_ROOT, file));
    if (module === undefined) throw new Error(`${file} was not compiled`);
    return module;
  };
  const fileOf = new Map(files.map((file) => [moduleOf(file), file]));
  return {
    reporter: moduleOf(REPORTER),
    module: moduleOf,
    file: (module) => fileOf.get(module) ?? module,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
