// Classes of Spark as the JVM has read them once: a server that finds them so starts with half of the processor time.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock } from '../process-lock.mjs';
import { cacheLayout } from '../setup/cache.ts';
import { type CachedFolder, provideFolder } from '../setup/context.ts';
import { type Installation, type SparkInstallation, setUp } from '../setup/index.ts';
import type { Progress, TaskProgress } from '../setup/progress.ts';
import { CLASS_ARCHIVE, SPARK_JARS, type SparkVersion } from '../setup/versions.ts';
import { stackLayout } from './layout.ts';
import { planPorts } from './ports.ts';
import { isAlive, markedEnvironment, stopProcesses } from './process.ts';
import { loadSecrets } from './secrets.ts';
import { sparkConnect } from './services/spark.ts';
import { bringUp } from './start-service.ts';
import { StateFile } from './state-file.ts';

/** A JVM writes its archive when it ends, which takes some ten seconds of one core. */
const WRITING_LIMIT_MS = 120_000;

export interface ClassArchiveOptions {
  readonly sparks: readonly SparkVersion[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Makes the class archive of each Spark unless it is there: a server is started, asked for its version, and ended. Servers
 * that start afterwards use it by themselves; it costs as much processor time as it spares four of them.
 *
 * Where none can be made it says so, and servers start as ever.
 *
 * @see https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html#application-class-data-sharing
 */
export async function provideClassArchives({ sparks, progress, signal }: ClassArchiveOptions): Promise<void> {
  const installation = await setUp({ sparkVersions: sparks, progress, signal });
  if (!hasOwnArchive(installation.java.home)) {
    progress.line('set-up', 'this Java has no archive of its own classes: Spark starts without one as well');
    return;
  }
  const cache = cacheLayout();
  const release = await acquireLock(join(cache.root, 'class-archives.lock'), {
    onWait: (pid) => progress.line('set-up', `another command (pid ${pid}) makes class archives: waiting for it`),
    signal,
  });
  try {
    const java = await readFile(join(installation.java.home, 'release'), 'utf8');
    await Promise.all(
      [...installation.sparks.values()].map(async (spark) => {
        const label = `spark ${spark.version}`;
        const step: CachedFolder = {
          label,
          folder: cache.classArchive(spark.version),
          inputs: { java, sparkHome: spark.sparkHome, jars: SPARK_JARS[spark.version] },
          doing: 'letting a server read its classes, so that later ones start sooner',
          build: (folder, task) => recordClasses(installation, spark, folder, { task, progress, signal }),
        };
        try {
          await provideFolder({ cache, progress, signal }, step);
        } catch (error) {
          signal.throwIfAborted();
          progress.line(label, `no archive of its classes could be made, it starts without: ${messageOf(error)}`);
        }
      }),
    );
  } finally {
    release();
  }
}

/** The archive that comes with a JVM, or is made when it is installed: another one can only add to it. */
export function hasOwnArchive(javaHome: string): boolean {
  return existsSync(join(javaHome, 'lib', 'server', 'classes.jsa'));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Recording {
  readonly task: TaskProgress;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function recordClasses(
  installation: Installation,
  { version }: SparkInstallation,
  folder: string,
  { task, progress, signal }: Recording,
): Promise<void> {
  // Always in the same place: whoever comes after one that was killed finds its server there, and ends it.
  const layout = stackLayout(cacheLayout().classRecording(version));
  await rm(layout.root, { recursive: true, force: true });
  const state = StateFile.open(layout, 'native');
  const service = sparkConnect(version);
  const { name, portNames } = service;
  const { plan: ports } = await planPorts(layout, [{ service: name, portNames, running: false }]);
  const context = {
    layout,
    installation,
    ports,
    jit: 'quick',
    secrets: loadSecrets(layout),
    selected: new Set([name]),
    toolEnvironment: markedEnvironment(layout.root, name),
    recordedClasses: join(folder, CLASS_ARCHIVE),
  } as const;
  try {
    await bringUp(service, context, state, progress, signal);
    task.detail('writing what it has read');
  } finally {
    const server = state.current.services[name];
    if (isAlive(server)) await stopProcesses([server], signal.aborted ? 0 : WRITING_LIMIT_MS);
    await rm(layout.root, { recursive: true, force: true });
  }
  if (!existsSync(context.recordedClasses)) throw new Error('the server ended and had written none');
}
