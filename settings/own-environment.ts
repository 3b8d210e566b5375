import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import { codeOf, messageOf, OperatorError } from './operator-error.ts';
import { PROJECT_ROOT } from './project-root.ts';

/** Every setting by its variable's name. An empty text means "not set" and hides lower sources. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the layers below the overrides come from; tests point them elsewhere. */
export interface OwnSources {
  /** `process.env` by default. */
  readonly processEnvironment?: Environment;
  /** `.env` in the checkout by default. */
  readonly envFile?: string;
}

/**
 * What people have set, in the process's environment or in `.env`: all that there is before a stack is known, and thus
 * what says which stack is meant.
 *
 * @throws OperatorError `ENV_FILE_UNREADABLE`
 */
export function ownEnvironment(sources: OwnSources = {}): Environment {
  const envFile = readEnvFile(sources.envFile ?? path.join(PROJECT_ROOT, '.env'));
  return merge(envFile, sources.processEnvironment ?? process.env);
}

/** Later layers win; a key that is present but undefined does not hide anything. */
export function merge(...layers: readonly Environment[]): Record<string, string | undefined> {
  const merged: Record<string, string | undefined> = {};
  for (const layer of layers) {
    for (const [variable, value] of Object.entries(layer)) {
      if (value !== undefined) merged[variable] = value;
    }
  }
  return merged;
}

function readEnvFile(file: string): Environment {
  try {
    return parse(readFileSync(file));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw new OperatorError('ENV_FILE_UNREADABLE', `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      exitCode: 2,
    });
  }
}
