// Which tests run where. The one place that knows: `npm test`, `npm run test:unit` and `check` read it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../settings/index.ts';
import { DEFAULT_SPARK_VERSION, NEWER_NODE, type SparkVersion } from '../setup/index.ts';

/** One run of mocha. */
export interface TestRun {
  readonly title: string;
  /** Folders relative to the project's; every *.test.ts below them belongs to the run. */
  readonly folders: readonly string[];
  /** Files below them that are left out of the run, relative to the project's folder. */
  readonly without?: readonly string[];
  /** The only files below them that belong to the run, relative to the project's folder; all by default. */
  readonly only?: readonly string[];
  /** The Spark that the run needs; undefined where no server is needed. */
  readonly spark?: SparkVersion;
  /** Runs on the newer Node instead of the one that runs us. */
  readonly onNewerNode?: true;
}

const CLIENT = 'packages/spark-connect/test/integration';

export const UNIT_RUN: TestRun = { title: 'unit tests', folders: ['packages/spark-connect/test/unit', 'test/unit'] };

// The client's own part in these does not depend on the server's version, and they take the longest: one starts a Spark
// server to kill it, one installs the package, one breaks the line, the others start drivers and wait for leases. They run
// on the other two versions. Everything else asks how the server behaves, of which 4.2.0 has its own: there streams, values, functions and
// plans run whole.
const NOT_ON_EVERY_SPARK = [
  'connection.test.ts',
  'foreach-batch-drivers.test.ts',
  'package.test.ts',
  'streaming/other-process.test.ts',
  'unreliable-line.test.ts',
].map((name) => join(CLIENT, name));

// What the client takes from Node: typed arrays and functions compiled for rows, zlib's zstd, TLS, HTTP/2, timers.
const ON_NEWER_NODE = [
  'integration/arrow-types.test.ts',
  'integration/create-data-frame.test.ts',
  'integration/dataframe.test.ts',
  'integration/unreliable-line.test.ts',
  'unit/client/wrong-servers.test.ts',
].map((name) => join('packages/spark-connect/test', name));

/** Older versions have no real-time mode. */
const REAL_TIME = 'test/integration/real-time';

const JOBS = 'test/integration/jobs';
const COMPACTION = 'test/integration/compaction';
const ALERTS = 'test/integration/alerts';
const TARGETS = 'test/integration/targets';
const PRODUCER = ['test/integration/producer', 'test/integration/database'];

/**
 * Four of them run at a time, in this order: what takes longest comes first, so that all end at about the same time.
 */
export const STACK_RUNS: readonly TestRun[] = [
  { title: 'jobs, Spark 3.5.7', folders: [JOBS], spark: '3.5.7' },
  {
    title: 'client and real time, Spark 4.2.0',
    folders: [CLIENT, REAL_TIME],
    without: NOT_ON_EVERY_SPARK,
    spark: '4.2.0',
  },
  { title: `jobs, Spark ${DEFAULT_SPARK_VERSION}`, folders: [JOBS], spark: DEFAULT_SPARK_VERSION },
  { title: `client, Spark ${DEFAULT_SPARK_VERSION}`, folders: [CLIENT], spark: DEFAULT_SPARK_VERSION },
  { title: 'client, Spark 3.5.7', folders: [CLIENT], spark: '3.5.7' },
  {
    title: `client on Node ${NEWER_NODE.version}`,
    folders: ['packages/spark-connect/test'],
    only: ON_NEWER_NODE,
    spark: DEFAULT_SPARK_VERSION,
    onNewerNode: true,
  },
  { title: `end to end, Spark ${DEFAULT_SPARK_VERSION}`, folders: ['test/e2e'], spark: DEFAULT_SPARK_VERSION },
  { title: `faults, Spark ${DEFAULT_SPARK_VERSION}`, folders: ['test/faults'], spark: DEFAULT_SPARK_VERSION },
  { title: 'compaction, Spark 3.5.7', folders: [COMPACTION], spark: '3.5.7' },
  { title: 'producer and database', folders: PRODUCER, spark: DEFAULT_SPARK_VERSION },
  { title: 'mails, stack, AWS', folders: otherRooms(), spark: DEFAULT_SPARK_VERSION },
  { title: `compaction, Spark ${DEFAULT_SPARK_VERSION}`, folders: [COMPACTION], spark: DEFAULT_SPARK_VERSION },
  { title: `targets, Spark ${DEFAULT_SPARK_VERSION}`, folders: [TARGETS], spark: DEFAULT_SPARK_VERSION },
  { title: `alerts, Spark ${DEFAULT_SPARK_VERSION}`, folders: [ALERTS], spark: DEFAULT_SPARK_VERSION },
];

/** Every folder of integration tests that no run above names: a new room is never left out. */
function otherRooms(): string[] {
  const named = [REAL_TIME, JOBS, COMPACTION, ALERTS, TARGETS, ...PRODUCER];
  return readdirSync(join(PROJECT_ROOT, 'test/integration'))
    .map((room) => join('test/integration', room))
    .filter((room) => !named.includes(room));
}

/** The test files of a run, relative to the project's folder, sorted. */
export function testFiles(run: TestRun, root: string = PROJECT_ROOT): string[] {
  return run.folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
    .filter((name) => name.endsWith('.test.ts') && !run.without?.includes(name) && (run.only?.includes(name) ?? true))
    .sort();
}
