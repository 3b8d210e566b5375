import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'dotenv';
import { codeOf, messageOf, OperatorError } from './operator-error.ts';
import { PROJECT_ROOT, readStackState, stackDirectory } from './stack-state.ts';

/** Every setting by its variable's name. An empty text means "not set" and hides lower sources. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the layers below the overrides come from; tests point them elsewhere. */
export interface EnvironmentSources {
  /** `process.env` by default. */
  readonly processEnvironment?: Environment;
  /** `.env` in the checkout by default. */
  readonly envFile?: string;
  /** `INSTANT_HEALTH_STACK_DIR` or `.stack` in the checkout by default. */
  readonly stackDirectory?: string;
}

/**
 * Merges the sources of settings: overrides > process environment > `.env` > the running stack's addresses.
 * Nothing is checked here and `process.env` is not changed; the sections (`databaseSettings` …) check and default.
 *
 * @throws OperatorError when `.env` or the stack's state file cannot be read
 */
export function loadEnvironment(overrides: Environment = {}, sources: EnvironmentSources = {}): Environment {
  const processEnvironment = sources.processEnvironment ?? process.env;
  const envFile = readEnvFile(sources.envFile ?? path.join(PROJECT_ROOT, '.env'));
  const near = merge(envFile, processEnvironment, overrides);
  const stack = readStackState(sources.stackDirectory ?? stackDirectory(near));
  return Object.freeze(merge(withoutReplaced(stack?.environment ?? {}, near), near));
}

/** Where another system is named, nothing of the stack's may be mixed with it: above all no password may reach it. */
const REPLACING: readonly (readonly [string, RegExp])[] = [
  ['DATABASE_RDS', /^DATABASE_/],
  ['DATABASE_SECRET', /^DATABASE_(?:USER|PASSWORD)$/],
  ['SMTP_SECRET', /^SMTP_(?:USER|PASSWORD)$/],
];

function withoutReplaced(stack: Environment, near: Environment): Environment {
  const replaced = REPLACING.filter(([variable]) => settingOf(near, variable) !== undefined);
  return Object.fromEntries(
    Object.entries(stack).filter(([variable]) => !replaced.some(([, pattern]) => pattern.test(variable))),
  );
}

/** The value of a variable, where an empty text counts as not set. */
export function settingOf(environment: Environment, variable: string): string | undefined {
  const value = environment[variable];
  return value === undefined || value.trim() === '' ? undefined : value;
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

/** Later layers win; a key that is present but undefined does not hide anything. */
function merge(...layers: readonly Environment[]): Record<string, string | undefined> {
  const merged: Record<string, string | undefined> = {};
  for (const layer of layers) {
    for (const [variable, value] of Object.entries(layer)) {
      if (value !== undefined) merged[variable] = value;
    }
  }
  return merged;
}
