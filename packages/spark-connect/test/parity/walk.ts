/** What PySpark of the newest version offers, read from the package that the set-up has installed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface PySparkNames {
  readonly version: string;
  readonly areas: Readonly<Record<string, readonly string[]>>;
}

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** @throws where the virtual environment of this version is not there */
export function walkPySpark(version: string): PySparkNames {
  const python = join(process.env.INSTANT_HEALTH_CACHE ?? join(root, '.cache'), `venv-${version}`, 'bin', 'python');
  if (!existsSync(python)) throw new Error(`no PySpark ${version} at ${python}: run "npm run setup"`);
  const script = join(import.meta.dirname, 'walk-pyspark.py');
  return JSON.parse(execFileSync(python, [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}
