import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { extractPackages, hasApt } from './apt.ts';
import { provideFolder, type SetUpContext } from './context.ts';
import { SetUpError } from './set-up-error.ts';
import { JAVA_MAJORS } from './versions.ts';

export interface Java {
  /** JAVA_HOME */
  readonly home: string;
  /** The program `java`. */
  readonly program: string;
  readonly major: number;
}

const SYSTEM_FOLDER = '/usr/lib/jvm';

/** Finds Java 17 or 21 on the machine, else unpacks Debian's package into the cache, without root. */
export async function provideJava(context: SetUpContext, environment = process.env): Promise<Java> {
  const found = await findJava(environment, context.cache.java);
  if (found !== undefined) return found;
  if (!(await hasApt())) {
    throw new SetUpError(`no Java ${JAVA_MAJORS.join(' or ')} found in JAVA_HOME, on PATH or in ${SYSTEM_FOLDER}`, {
      next: 'install a Java 17 runtime (for example `sudo dnf install java-17-openjdk-headless`) or set JAVA_HOME',
    });
  }
  await provideFolder(context, {
    label: 'java',
    folder: context.cache.java,
    inputs: { packages: JAVA_MAJORS.map(debianPackage) },
    doing: 'none found on this machine: downloading the Debian package',
    build: async (temporary, task) => {
      const alternatives = JAVA_MAJORS.map((major) => [debianPackage(major)]);
      await extractPackages(alternatives, temporary, { signal: context.signal, onLine: task.detail });
    },
  });
  const unpacked = await findJava({}, context.cache.java);
  if (unpacked === undefined) throw new SetUpError(`the Java unpacked into ${context.cache.java} is not usable`);
  return unpacked;
}

async function findJava(environment: NodeJS.ProcessEnv, cached: string): Promise<Java | undefined> {
  for (const home of await candidateHomes(environment, cached)) {
    const java = inspectJava(home);
    if (java !== undefined) return java;
  }
  return undefined;
}

async function candidateHomes(environment: NodeJS.ProcessEnv, cached: string): Promise<string[]> {
  const homes: string[] = [];
  if (environment.JAVA_HOME) homes.push(environment.JAVA_HOME);
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    const program = join(folder, 'java');
    if (folder !== '' && existsSync(program)) homes.push(dirname(dirname(realpathSync(program))));
  }
  const parents = environment.PATH === undefined ? [] : [SYSTEM_FOLDER];
  for (const parent of [...parents, join(cached, SYSTEM_FOLDER)]) {
    if (!existsSync(parent)) continue;
    for (const name of (await readdir(parent)).sort()) homes.push(join(parent, name));
  }
  return homes;
}

/**
 * Reads the file `release` that every JDK and JRE since 9 carries: a hundred times quicker than starting it. Spark 4
 * asks for the module jdk.incubator.vector, which trimmed runtimes lack.
 */
export function inspectJava(home: string): Java | undefined {
  const program = join(home, 'bin', 'java');
  const release = join(home, 'release');
  if (!existsSync(program) || !existsSync(release)) return undefined;
  const text = readFileSync(release, 'utf8');
  const major = Number(/^JAVA_VERSION="(\d+)/m.exec(text)?.[1]);
  const modules = /^MODULES="(.*)"/m.exec(text)?.[1];
  if (!JAVA_MAJORS.includes(major)) return undefined;
  if (modules !== undefined && !modules.split(' ').includes('jdk.incubator.vector')) return undefined;
  return { home, program, major };
}

function debianPackage(major: number): string {
  return `openjdk-${major}-jre-headless`;
}
