import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../../settings/index.ts';
import { cacheLayout } from '../setup/cache.ts';
import { provideFolder } from '../setup/context.ts';
import { DEFAULT_SPARK_VERSION } from '../setup/index.ts';
import type { Progress } from '../setup/progress.ts';
import { runTool } from '../setup/tool.ts';

const REQUIREMENTS = ['PyMySQL==1.2.4', 'mysql-connector-python==26.10.0', 'kafka-python==3.0.12'];

/** The other side of the comparisons: the same work, done with Python's usual libraries. */
export interface PeerPython {
  /** The Python that the stack's Spark uses, with PySpark. */
  readonly python: string;
  /** Folder with the drivers, to be put on Python's path. */
  readonly packages: string;
  readonly versions: readonly string[];
}

/** Installs the drivers of the peers into a folder of the cache, apart from the stack's own Python. */
export async function providePeerPython(progress: Progress, signal: AbortSignal): Promise<PeerPython> {
  const cache = cacheLayout();
  const python = join(cache.venv(DEFAULT_SPARK_VERSION), 'bin', 'python');
  if (!existsSync(python)) {
    throw new OperatorError('BENCH_FAILED', 'there is no PySpark in the cache to compare with', {
      next: 'Run `npm run stack -- up` first.',
    });
  }
  const packages = join(cache.root, 'bench-peer');
  await provideFolder(
    { cache, progress, signal },
    {
      label: 'bench peer',
      folder: packages,
      inputs: { requirements: REQUIREMENTS },
      doing: 'installing with pip: PyMySQL, mysql-connector-python, kafka-python',
      stillWorks: () => readdirSync(packages).length > 0,
      build: async (temporary) => {
        await runTool({ file: python, args: ['-m', 'pip', 'install', '--target', temporary, ...REQUIREMENTS], signal });
      },
    },
  );
  return { python, packages, versions: [`pyspark==${DEFAULT_SPARK_VERSION}`, ...REQUIREMENTS] };
}

/** The path of a Python program that stands beside this file. */
export function peerProgram(name: string): string {
  return fileURLToPath(new URL(`./peer/${name}`, import.meta.url));
}
