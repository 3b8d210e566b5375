import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Environment, ownEnvironment, PROJECT_ROOT } from '../../settings/index.ts';
import type { SparkVersion } from './versions.ts';

/** Where downloads are kept: one folder for all commands, moved by INSTANT_HEALTH_CACHE. */
export function cacheDirectory(environment: Environment = ownEnvironment()): string {
  const path = resolve(PROJECT_ROOT, environment.INSTANT_HEALTH_CACHE || '.cache');
  // One path, whatever links lead there: archives of classes are of use only where the class path is the one they were made for.
  return existsSync(path) ? realpathSync(path) : path;
}

/** The places inside the cache. Each is complete when its stamp says so (see stamp.ts), or absent. */
export interface CacheLayout {
  readonly root: string;
  readonly java: string;
  readonly maven: string;
  readonly kafka: string;
  readonly hadoop: string;
  readonly yarn: string;
  readonly mariadb: string;
  readonly awsTools: string;
  readonly newerNode: string;
  venv(version: SparkVersion): string;
  sparkJars(version: SparkVersion): string;
  sparkCatalogJars(version: SparkVersion): string;
  classArchive(version: SparkVersion): string;
  /** The stack of the server whose classes are recorded. */
  classRecording(version: SparkVersion): string;
}

export function cacheLayout(root: string = cacheDirectory()): CacheLayout {
  const at = (name: string) => resolve(root, name);
  return {
    root,
    java: at('java'),
    maven: at('maven'),
    kafka: at('kafka'),
    hadoop: at('hadoop'),
    yarn: at('yarn'),
    mariadb: at('mariadb'),
    awsTools: at('venv-aws-tools'),
    newerNode: at('newer-node'),
    venv: (version) => at(`venv-${version}`),
    sparkJars: (version) => at(`spark-jars-${version}`),
    sparkCatalogJars: (version) => at(`spark-catalog-jars-${version}`),
    classArchive: (version) => at(`spark-classes-${version}`),
    classRecording: (version) => at(`spark-recording-${version}`),
  };
}
