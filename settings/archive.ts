import { z } from 'zod';
import type { Environment } from './environment.ts';
import { OperatorError } from './operator-error.ts';
import { field, parseSection } from './section.ts';
import { storageSettings } from './sections.ts';

/** The two places where readings are kept: as the stream writes them, and by day. */
export interface ArchiveSettings {
  /** Where the stream writes: many small files. */
  readonly vitals: string;
  /** Where `compact-vitals` writes them by day. */
  readonly compacted: string;
}

/**
 * @throws OperatorError with exit code 2 that names the variable; one directory inside the other is refused, since each
 *   would take the other's files for its own
 */
export function archiveSettings(environment: Environment): ArchiveSettings {
  const { vitals, hdfsUrl } = storageSettings(environment);
  const { directory } = parseSection(environment, {
    directory: field(
      'COMPACTED_DIR',
      'an absolute directory, e.g. /user/hadoop/x',
      z
        .string()
        .regex(/^\/\S*[^\s/]$/)
        .refine((path) => !path.split('/').includes('..'))
        .optional(),
    ),
  });
  const compacted = directory === undefined ? `${vitals}-by-day` : `${hdfsUrl ?? ''}${directory}`;
  if (`${compacted}/`.startsWith(`${vitals}/`) || `${vitals}/`.startsWith(`${compacted}/`)) {
    throw new OperatorError('SETTING_INVALID', 'COMPACTED_DIR and VITALS_DIR may not be inside each other', {
      exitCode: 2,
      next: 'Leave COMPACTED_DIR unset: it is then VITALS_DIR with -by-day behind it.',
    });
  }
  return { vitals, compacted };
}
