import { InvalidArgumentError } from 'commander';
import { isSparkVersion, SPARK_VERSIONS, type SparkVersion } from './setup/versions.ts';

/** Reads `4.1.1,3.5.7`; the first one becomes the default server. */
export function parseSparkVersions(text: string): SparkVersion[] {
  const versions = text.split(',').map((part) => part.trim());
  return [...new Set(versions)].map((version) => {
    if (isSparkVersion(version)) return version;
    throw new InvalidArgumentError(`'${version}' is not a Spark version of this stack (${SPARK_VERSIONS.join(', ')})`);
  });
}
