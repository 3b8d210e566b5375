import path from 'node:path';
import { PROJECT_ROOT } from '../../settings/index.ts';

export interface ChosenTests {
  /** Relative to the project's folder. */
  readonly files: readonly string[];
  /** What is left, for mocha. */
  readonly args: readonly string[];
}

/** The test files that are named among arguments; where there are none, all. */
export function chosenTests(given: readonly string[], all: () => readonly string[]): ChosenTests {
  const isFile = (argument: string) => argument.endsWith('.test.ts');
  const named = given.filter(isFile).map((file) => path.relative(PROJECT_ROOT, path.resolve(file)));
  return { files: named.length > 0 ? named : all(), args: given.filter((argument) => !isFile(argument)) };
}
