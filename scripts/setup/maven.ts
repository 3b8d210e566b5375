import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provideFolder, type SetUpContext } from './context.ts';
import type { Java } from './java.ts';
import { SetUpError } from './set-up-error.ts';
import { runTool, tryTool } from './tool.ts';
import type { JarSet } from './versions.ts';

/** A folder of jars in the cache. */
export interface JarFolder {
  readonly label: string;
  readonly folder: string;
  readonly sets: readonly JarSet[];
}

/** Copies the jars of each folder from Maven's repositories, with the machine's own mvn, settings and ~/.m2. */
export async function provideJars(context: SetUpContext, java: Java, folders: readonly JarFolder[]): Promise<void> {
  // One after another: concurrent Mavens may spoil each other's ~/.m2.
  for (const { label, folder, sets } of folders) {
    await provideFolder(context, {
      label,
      folder,
      inputs: { sets },
      doing: `fetching jars with Maven: ${sets.flatMap((set) => set.coordinates).join(' ')}`,
      build: async (temporary, task) => {
        const counter = transferCounter();
        for (const set of sets) {
          await copyJars(context, java, set, temporary, (line) => {
            const step = counter(line);
            if (step !== undefined) task.detail(step);
          });
        }
      },
    });
  }
}

/** The jars in a folder, absolute, sorted. */
export async function jarsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(folder, name));
}

async function copyJars(
  context: SetUpContext,
  java: Java,
  set: JarSet,
  folder: string,
  onLine: (line: string) => void,
): Promise<void> {
  if (
    (await tryTool({ file: 'mvn', args: ['--version'], env: { ...process.env, JAVA_HOME: java.home } })) === undefined
  ) {
    throw new SetUpError('Maven (mvn) is missing: it fetches the jars of Kafka, Hadoop, Spark and MariaDB', {
      next: existsSync('/usr/bin/dpkg')
        ? 'install it: sudo apt-get install maven'
        : 'install Apache Maven 3.6 or newer',
    });
  }
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomOf(set));
  await runTool({
    file: 'mvn',
    args: ['-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'],
    env: { ...process.env, JAVA_HOME: java.home },
    signal: context.signal,
    onLine,
  });
}

function pomOf(set: JarSet): string {
  const exclusions = set.excludedGroups
    .map((group) => `<exclusion><groupId>${group}</groupId><artifactId>*</artifactId></exclusion>`)
    .join('');
  const dependencies = set.coordinates.map((coordinate) => {
    const [group, artifact, ...more] = coordinate.split(':');
    const version = more.pop();
    const [type, classifier] = more;
    const variant = classifier === undefined ? '' : `<type>${type}</type><classifier>${classifier}</classifier>`;
    return `    <dependency>
      <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${variant}
      <exclusions>${exclusions}</exclusions>
    </dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>instant-health</groupId><artifactId>jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`;
}

/** Turns Maven's transfer lines into `12 files, the last one kafka-clients-4.1.2.jar (9.6 MB)`. */
function transferCounter(): (line: string) => string | undefined {
  let files = 0;
  return (line) => {
    const transfer = /(Downloading|Downloaded) from .*\/([^/\s]+\.(?:jar|pom))(?:\s+\(([^)]*?)(?: at [^)]*)?\))?/.exec(
      line,
    );
    if (transfer === null) return undefined;
    const [, kind, name, size] = transfer;
    if (kind === 'Downloading') return `${files} files so far, downloading ${name}`;
    files += 1;
    return `${files} files so far, the last one ${name}${size === undefined ? '' : ` (${size})`}`;
  };
}
