/** What PySpark of the newest version offers, read from the package that the set-up has installed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../helpers/plans.ts';

export interface PySparkNames {
  readonly version: string;
  readonly areas: Readonly<Record<string, readonly string[]>>;
}

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** One call of a function: its name, its arguments, and the expression that PySpark would send, as protobuf's JSON. */
export type PySparkCall = readonly [name: string, args: readonly CallArgument[], expression: unknown];
export type CallArgument = { readonly column: string } | { readonly value: unknown };

/** The public names. @throws where the virtual environment of this version is not there */
export function walkPySpark(version: string): PySparkNames {
  return run(version, 'walk-pyspark.py') as PySparkNames;
}

/** What the functions would send. @throws where the virtual environment of this version is not there */
export function callPySpark(version: string): readonly PySparkCall[] {
  return run(version, 'call-pyspark.py') as readonly PySparkCall[];
}

/** What each of these expressions of Python would send. @throws where the virtual environment of this version is not there */
export function planPySpark(version: string, expressions: readonly string[]): readonly Json[] {
  return run(version, 'build-plans.py', JSON.stringify(expressions)) as readonly Json[];
}

function run(version: string, program: string, input = ''): unknown {
  const python = join(process.env.INSTANT_HEALTH_CACHE ?? join(root, '.cache'), `venv-${version}`, 'bin', 'python');
  if (!existsSync(python)) throw new Error(`no PySpark ${version} at ${python}: run "npm run setup"`);
  const script = join(import.meta.dirname, program);
  return JSON.parse(
    execFileSync(python, [script], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 16 * 1024 * 1024,
    }),
  );
}
