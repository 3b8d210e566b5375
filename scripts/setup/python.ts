import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { provideFolder, type SetUpContext } from './context.ts';
import { SetUpError } from './set-up-error.ts';
import { runTool, tryTool } from './tool.ts';
import { PYTHON_RELEASES, type PythonRelease, type SparkVersion } from './versions.ts';

const PROGRAMS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14'];
/**
 * Spark gives its workers PySpark as a zip, in which there is no bytecode: each worker would compile it anew, which takes most
 * of its start, and Spark waits ten seconds for that. Behind the installed PySpark the zip is not used.
 */
const BYTECODE_FIRST = "import sys; sys.path.sort(key=lambda path: path.endswith(('/pyspark.zip', '-src.zip')))\n";

const ASK = 'import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)';

interface Python {
  readonly program: string;
  readonly minor: number;
}

/** A virtual environment with PySpark in it. */
export interface PySpark {
  readonly version: SparkVersion;
  readonly python: string;
  /** SPARK_HOME: PySpark carries the whole of Spark. */
  readonly sparkHome: string;
}

/** Makes `.cache/venv-<version>` unless it is there, and says where its Python and Spark are. */
export async function providePySpark(context: SetUpContext, version: SparkVersion): Promise<PySpark> {
  const release = PYTHON_RELEASES[version];
  const folder = context.cache.venv(version);
  const python = await provideEnvironment(context, {
    label: `pyspark ${version}`,
    folder,
    runs: `PySpark ${version} runs`,
    ...release,
  });
  const sparkHome = sparkHomeIn(folder);
  // Environments that are there already get it too.
  writeFileSync(join(dirname(sparkHome), 'installed-pyspark-first.pth'), BYTECODE_FIRST);
  return { version, python, sparkHome };
}

/** A virtual environment in the cache. */
export interface EnvironmentStep extends PythonRelease {
  readonly label: string;
  readonly folder: string;
  /** Subject and verb of the message about a machine without a fitting Python. */
  readonly runs: string;
}

/**
 * Makes a virtual environment with these packages unless it is there.
 *
 * @returns its Python
 */
export async function provideEnvironment(context: SetUpContext, step: EnvironmentStep): Promise<string> {
  const { label, folder, requirements } = step;
  await provideFolder(context, {
    label,
    folder,
    inputs: { requirements },
    doing: 'making a Python virtual environment',
    stillWorks: () => existsSync(join(folder, 'bin', 'python')),
    build: async (temporary, task) => {
      const python = await findPython(step, context.signal);
      await createEnvironment(python, temporary, context.signal);
      task.detail(`installing with pip: ${requirements.join(' ')}`);
      await runTool({
        file: join(temporary, 'bin', 'python'),
        args: ['-m', 'pip', 'install', '--progress-bar', 'off', ...requirements],
        signal: context.signal,
        onLine: (line) => {
          const step = pipStep(line);
          if (step !== undefined) task.detail(step);
        },
      });
    },
  });
  return join(folder, 'bin', 'python');
}

/** Any Python 3, for unpacking archives. */
export async function anyPython(signal: AbortSignal | undefined): Promise<string> {
  const [first] = await installedPythons(signal);
  if (first !== undefined) return first.program;
  throw new SetUpError('no Python 3 found on PATH', { next: 'install it: sudo apt-get install python3 python3-venv' });
}

async function findPython(step: EnvironmentStep, signal: AbortSignal | undefined): Promise<Python> {
  const { runs, oldestMinor, newestMinor } = step;
  const pythons = await installedPythons(signal);
  const fitting = pythons.find(({ minor }) => minor >= oldestMinor && minor <= newestMinor);
  if (fitting !== undefined) return fitting;
  const found = pythons.length === 0 ? 'none' : pythons.map(({ minor }) => `3.${minor}`).join(', ');
  const range = `3.${oldestMinor} to 3.${newestMinor}`;
  throw new SetUpError(`${runs} on Python ${range}; found on PATH: ${found}`, {
    next: `install a Python from ${range} so that one of ${PROGRAMS.join(', ')} is on PATH`,
  });
}

async function installedPythons(signal: AbortSignal | undefined): Promise<Python[]> {
  // Asked, not only looked for: version managers put shims on PATH for Pythons that are not active.
  const answers = await Promise.all(PROGRAMS.map((file) => tryTool({ file, args: ['-c', ASK], signal })));
  return answers.flatMap((answer) => {
    const [major, minor, ...program] = (answer ?? '').split(' ');
    return major === '3' ? [{ program: program.join(' '), minor: Number(minor) }] : [];
  });
}

async function createEnvironment(python: Python, folder: string, signal: AbortSignal | undefined): Promise<void> {
  // Debian splits ensurepip off into a package of its own; venv's own message for that is long and easily missed.
  if ((await tryTool({ file: python.program, args: ['-c', 'import ensurepip, venv'], signal })) !== undefined) {
    await runTool({ file: python.program, args: ['-m', 'venv', folder], signal });
    return;
  }
  if ((await tryTool({ file: python.program, args: ['-m', 'virtualenv', folder], signal })) !== undefined) return;
  throw new SetUpError(
    `${python.program} has neither ensurepip nor virtualenv, so it can make no virtual environment`,
    {
      next: `install it: sudo apt-get install python3.${python.minor}-venv`,
    },
  );
}

function sparkHomeIn(venv: string): string {
  const library = join(venv, 'lib');
  const python = readdirSync(library).find((name) => name.startsWith('python3.'));
  const home = join(library, python ?? 'python3', 'site-packages', 'pyspark');
  if (!existsSync(join(home, 'bin', 'spark-submit'))) {
    throw new SetUpError(`there is no Spark in ${venv}`, { next: `remove that folder and run the command again` });
  }
  return home;
}

/** `Downloading pyspark-4.1.1.tar.gz (455.0 MB)` and the like, without addresses and paths. */
function pipStep(line: string): string | undefined {
  const step = /^\s*(Collecting|Downloading|Using cached|Processing|Building|Installing|Preparing)\b(.*)/.exec(line);
  if (step === null) return undefined;
  const words = (step[2] ?? '')
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/^.*\//, ''));
  const text = `${step[1]} ${words.join(' ')}`;
  return text.length > 90 ? `${text.slice(0, 87)}…` : text;
}
