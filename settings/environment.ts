import { type Environment, merge, type OwnSources, ownEnvironment } from './own-environment.ts';
import { readStackState, stackDirectory } from './stack-state.ts';

export type { Environment };

/** Where the layers below the overrides come from; tests point them elsewhere. */
export interface EnvironmentSources extends OwnSources {
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
  const near = merge(ownEnvironment(sources), overrides);
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
