import { readFileSync } from 'node:fs';
import { codeOf, messageOf, OperatorError } from './operator-error.ts';

/**
 * Reads the PEM file of the authority that a server's certificate is verified with.
 *
 * @param variable the setting that names the file
 * @throws OperatorError `<variable>_UNREADABLE`, exit code 2
 */
export function readAuthority(variable: `${string}_CA`, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new OperatorError(`${variable}_UNREADABLE`, `${variable}: ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      exitCode: 2,
      ...(codeOf(error) === 'ENOENT' ? { next: 'Set it to the PEM file of the certificate authority.' } : {}),
    });
  }
}
