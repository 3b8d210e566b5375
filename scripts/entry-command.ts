import { join } from 'node:path';
import { PROJECT_ROOT } from '../settings/index.ts';

/**
 * What Node is called with to run an entry of the project, without npm in between.
 *
 * @param entry e.g. `jobs/submit.ts`
 * @param flags of Node itself
 */
export function entryArguments(entry: string, flags: readonly string[] = []): string[] {
  return [...flags, '--conditions=source', join(PROJECT_ROOT, 'scripts', 'start.mjs'), join(PROJECT_ROOT, entry)];
}
