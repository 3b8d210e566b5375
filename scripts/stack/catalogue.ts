// The stack's services. Adding one: a file in services/ and a line here.
import { DEFAULT_SPARK_VERSION, isSparkVersion, SPARK_VERSIONS, type SparkVersion } from '../setup/versions.ts';
import type { Service } from './service.ts';
import { datanode, namenode } from './services/hadoop.ts';
import { kafka } from './services/kafka.ts';
import { maildev } from './services/maildev.ts';
import { mariadb } from './services/mariadb.ts';
import { sparkConnect, sparkServiceName } from './services/spark.ts';
import { nodemanager, resourcemanager } from './services/yarn.ts';

const SPARK_PREFIX = 'spark-';

/** All services that this version of the stack knows, in the order in which they are shown. */
export function allServices(): Service[] {
  const hadoop = [namenode, datanode, resourcemanager, nodemanager];
  return [mariadb, kafka, ...hadoop, ...SPARK_VERSIONS.map(sparkConnect), maildev];
}

/** The names that `--only` takes; `spark` stands for the versions that --spark names, `hdfs` for its two services. */
export const SELECTABLE = ['mariadb', 'kafka', 'hdfs', 'spark', 'maildev'] as const;
export type Selectable = (typeof SELECTABLE)[number];

export function isSelectable(text: string): text is Selectable {
  return SELECTABLE.some((name) => name === text);
}

/** What of the stack is to be started. */
export interface Selection {
  readonly sparks: readonly SparkVersion[];
  readonly only?: readonly Selectable[] | undefined;
  /** YARN, with Spark's executors on it. */
  readonly withYarn?: boolean;
}

/** The services to start. */
export function selectServices({ sparks, only = SELECTABLE, withYarn = false }: Selection): Service[] {
  // YARN keeps what it hands to containers on HDFS.
  const names = new Set<string>(
    withYarn ? [namenode, datanode, resourcemanager, nodemanager].map(({ name }) => name) : [],
  );
  for (const part of only) {
    if (part === 'spark') for (const version of sparks) names.add(sparkServiceName(version));
    else if (part === 'hdfs') for (const service of [namenode, datanode]) names.add(service.name);
    else names.add(part);
  }
  return allServices().filter(({ name }) => names.has(name));
}

/** The Spark version of a service's name, or undefined when it is no Spark server. */
export function sparkVersionOf(service: string): SparkVersion | undefined {
  const version = service.startsWith(SPARK_PREFIX) ? service.slice(SPARK_PREFIX.length) : '';
  return isSparkVersion(version) ? version : undefined;
}

/** The default server among the running ones: the one asked for first, else the default version, else any. */
export function preferredSpark(
  running: readonly SparkVersion[],
  asked: readonly SparkVersion[],
): SparkVersion | undefined {
  return [...asked, DEFAULT_SPARK_VERSION, ...running].find((version) => running.includes(version));
}
