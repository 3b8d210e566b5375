import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { codeOf, messageOf } from '../../settings/index.ts';
import type { Service } from './service.ts';
import { StackError } from './stack-error.ts';

/**
 * Makes the folder of a stack, for its owner only, unless it is there.
 *
 * @throws StackError when it cannot be made or written to
 */
export function makeStackFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const reason = ['EEXIST', 'ENOTDIR'].includes(codeOf(cause)) ? 'a file is in its place' : messageOf(cause);
    throw new StackError(`the folder of the stack, ${folder}, cannot be written to: ${reason}`, {
      cause,
      exitCode: 2,
      next: 'Set INSTANT_HEALTH_STACK_DIR to a folder that can be made and written to.',
    });
  }
}

/** What Java writes as % and digits in the URI of a file, and the comma, which parts a list of folders. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Java quotes them too
const NOT_FOR_HDFS = /[\u0000- "#%,<>?[\\\]^`{|}\u007f]/;

/**
 * HDFS's DataNode puts the URI of its folder into a format string, and does not start where that holds a %.
 *
 * @param services those to be started
 * @throws StackError before anything is started, where HDFS would not
 */
export function requireFolderForHdfs(folder: string, services: readonly Pick<Service, 'name'>[]): void {
  if (!services.some(({ name }) => name === 'datanode')) return;
  // HDFS follows links before it makes the URI.
  const path = realpathSync(folder);
  const [wrong] = NOT_FOR_HDFS.exec(path) ?? [];
  if (wrong === undefined) return;
  throw new StackError(
    `the folder of the stack, ${path}, has ${wrong === ' ' ? 'a space' : JSON.stringify(wrong)} in its path, which HDFS cannot take`,
    { exitCode: 2, next: 'Set INSTANT_HEALTH_STACK_DIR to a folder with a plainer path, e.g. in /var/tmp.' },
  );
}
