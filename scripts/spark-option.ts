import { InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SPARK_VERSION, isSparkVersion, SPARK_VERSIONS, type SparkVersion } from './setup/versions.ts';

/** `--spark 4.1.1,3.5.7`: one server each; the first one becomes the default SPARK_REMOTE. */
export const SPARK_OPTION = new Option(
  '--spark <versions>',
  `Spark versions, comma-separated, of ${SPARK_VERSIONS.join(', ')}; the first is the default server`,
)
  .argParser(parseSparkVersions)
  .default([DEFAULT_SPARK_VERSION], DEFAULT_SPARK_VERSION);

/** The option's value in commander's untyped record. */
export function sparkVersionsOf(options: { spark?: SparkVersion[] }): readonly SparkVersion[] {
  return options.spark ?? [DEFAULT_SPARK_VERSION];
}

export function parseSparkVersions(text: string): SparkVersion[] {
  const names = new Set(text.split(',').map((part) => part.trim()));
  return [...names].map((name) => {
    if (isSparkVersion(name)) return name;
    throw new InvalidArgumentError(`'${name}' is not one of ${SPARK_VERSIONS.join(', ')}.`);
  });
}
