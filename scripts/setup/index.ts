// Set-up: everything that the native stack and the generated code need, made once and cached.
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SetUpContext } from './context.ts';
import { type Java, provideJava } from './java.ts';
import { provideMariadb } from './mariadb.ts';
import { jarsIn, provideJars } from './maven.ts';
import { provideProtos } from './protos.ts';
import { type PySpark, providePySpark } from './python.ts';
import {
  CLASS_ARCHIVE,
  DEFAULT_SPARK_VERSION,
  HADOOP_JARS,
  KAFKA_JARS,
  MEMORY_CATALOGS,
  SPARK_JARS,
  type SparkVersion,
  YARN_JARS,
} from './versions.ts';
import { type CacheUse, withCache } from './with-cache.ts';

export { setUpNewerNode } from './newer-node.ts';
export { DEFAULT_SPARK_VERSION, NEWER_NODE, SPARK_VERSIONS, type SparkVersion } from './versions.ts';

/** A Spark that can be started. */
export interface SparkInstallation extends PySpark {
  /** Jars for --jars. */
  readonly extraJars: readonly string[];
  /** The class of a catalog in memory, where this version has one. */
  readonly memoryCatalog?: string;
  /** Where its classes lie as the JVM has read them once; undefined while nobody has made that. */
  readonly classArchive?: string;
}

/** Where the installed parts are. */
export interface Installation {
  readonly java: Java;
  readonly kafkaJars: string;
  readonly hadoopJars: string;
  /** For YARN, beside Hadoop's; filled where set-up was asked for it. */
  readonly yarnJars: string;
  readonly mariadb: string;
  readonly sparks: ReadonlyMap<SparkVersion, SparkInstallation>;
}

export interface SetUpOptions extends CacheUse {
  readonly sparkVersions?: readonly SparkVersion[];
  readonly withYarn?: boolean;
}

/**
 * Brings everything up to date: downloads what is missing, leaves alone what is there. A run with nothing to do reads
 * a few stamp files only.
 *
 * @throws SetUpError naming what is missing and how to get it
 */
export function setUp(options: SetUpOptions = {}): Promise<Installation> {
  const { sparkVersions = [DEFAULT_SPARK_VERSION], withYarn = false } = options;
  return withCache(options, async ({ cache, progress, signal }) => {
    // One failure ends the other steps too, so that its message is the last thing on the screen.
    const failed = new AbortController();
    const all = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    // A dozen tools at a time listen to it.
    setMaxListeners(50, all);
    const context: SetUpContext = { cache, progress, signal: all };
    const steps = [
      installJvmSide(context, sparkVersions, withYarn),
      installPythonSide(context, sparkVersions),
    ] as const;
    const results = await Promise.allSettled(
      steps.map((step) =>
        step.catch((error) => {
          failed.abort(error);
          throw error;
        }),
      ),
    );
    if (results.some(({ status }) => status === 'rejected'))
      throw signal?.aborted ? signal.reason : failed.signal.reason;
    const [jvm, pySparks] = await Promise.all(steps);
    return await describe(context, jvm, pySparks);
  });
}

/** Generates the protobuf code only: what type checks and unit tests need. */
export function setUpGeneratedCode(options: CacheUse = {}): Promise<void> {
  return withCache(options, (context) =>
    provideProtos(context, async () => (await providePySpark(context, DEFAULT_SPARK_VERSION)).sparkHome),
  );
}

async function installJvmSide(context: SetUpContext, versions: readonly SparkVersion[], withYarn: boolean) {
  const { cache } = context;
  const java = await provideJava(context);
  await provideJars(context, java, [
    { label: 'kafka', folder: cache.kafka, sets: [KAFKA_JARS] },
    { label: 'hadoop', folder: cache.hadoop, sets: [HADOOP_JARS] },
    ...(withYarn ? [{ label: 'yarn', folder: cache.yarn, sets: [YARN_JARS] }] : []),
    ...versions.map((version) => ({
      label: `spark jars ${version}`,
      folder: cache.sparkJars(version),
      sets: SPARK_JARS[version],
    })),
    // Apart from those: both are fetched anew only where they changed.
    ...versions.flatMap((version) => {
      const catalog = MEMORY_CATALOGS[version];
      if (catalog === undefined) return [];
      return [{ label: `spark catalog ${version}`, folder: cache.sparkCatalogJars(version), sets: [catalog] }];
    }),
  ]);
  return { java, mariadb: await provideMariadb(context, java) };
}

async function installPythonSide(context: SetUpContext, versions: readonly SparkVersion[]): Promise<PySpark[]> {
  const installed = new Map<SparkVersion, Promise<PySpark>>();
  const provide = (version: SparkVersion) => {
    const running = installed.get(version) ?? providePySpark(context, version);
    installed.set(version, running);
    return running;
  };
  const pySparks = versions.map(provide);
  const protos = provideProtos(context, async () => (await provide(DEFAULT_SPARK_VERSION)).sparkHome);
  await Promise.all([...pySparks, protos]);
  return await Promise.all(pySparks);
}

async function describe(
  context: SetUpContext,
  jvm: { java: Java; mariadb: string },
  pySparks: readonly PySpark[],
): Promise<Installation> {
  const sparks = new Map<SparkVersion, SparkInstallation>();
  for (const pySpark of pySparks) {
    const { version } = pySpark;
    const memoryCatalog = MEMORY_CATALOGS[version]?.implementation;
    const extraJars = [
      ...(await jarsIn(context.cache.sparkJars(version))),
      ...(memoryCatalog === undefined ? [] : await jarsIn(context.cache.sparkCatalogJars(version))),
    ];
    const classArchive = join(context.cache.classArchive(version), CLASS_ARCHIVE);
    sparks.set(version, {
      ...pySpark,
      extraJars,
      ...(memoryCatalog !== undefined && { memoryCatalog }),
      ...(existsSync(classArchive) && { classArchive }),
    });
  }
  return {
    ...jvm,
    kafkaJars: context.cache.kafka,
    hadoopJars: context.cache.hadoop,
    yarnJars: context.cache.yarn,
    sparks,
  };
}
