/** Sessions on a real server for tests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectOptions, SparkSession } from '../../src/index.ts';

interface State {
  readonly sparkRemotes?: Readonly<Record<string, string>>;
}

const DEFAULT_VERSION = '4.1.1';

/** Which server tests run against: SPARK_REMOTE, or the running stack's server of SPARK_VERSION (4.1.1). */
export function sparkRemote(): string {
  const { SPARK_REMOTE, SPARK_VERSION = DEFAULT_VERSION, INSTANT_HEALTH_STACK_DIR } = process.env;
  if (SPARK_REMOTE) return SPARK_REMOTE;
  const root = join(import.meta.dirname, '..', '..', '..', '..');
  const file = join(INSTANT_HEALTH_STACK_DIR ?? join(root, '.stack'), 'state.json');
  const state = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : {};
  const remote = state.sparkRemotes?.[SPARK_VERSION];
  if (remote !== undefined) return remote;
  throw new Error(
    `no Spark ${SPARK_VERSION} server: set SPARK_REMOTE, or run "npm run stack -- up --spark ${SPARK_VERSION}"`,
  );
}

/** A session of its own, with few partitions and UTC, so that tests are quick and print the same everywhere. */
export function openSession(
  conf: Readonly<Record<string, string>> = {},
  connection: Omit<ConnectOptions, 'remote'> = {},
): Promise<SparkSession> {
  return SparkSession.builder()
    .remote(sparkRemote())
    .connection(connection)
    .config({
      'spark.sql.shuffle.partitions': '1',
      'spark.sql.session.timeZone': 'UTC',
      'spark.sql.streaming.checkpointFileManagerClass': quickCheckpoints(),
      ...conf,
    })
    .create();
}

/**
 * These tests have their checkpoints on the local disk. There the default way to write them runs `chmod` and `readlink` in processes of their own,
 * 16 for a batch, where Hadoop has no native library; this one a third of them, and a cluster's HDFS none. To a client they are the same.
 */
function quickCheckpoints(): string {
  const { SPARK_VERSION = DEFAULT_VERSION } = process.env;
  const room = SPARK_VERSION.startsWith('3.') ? 'streaming' : 'streaming.checkpointing';
  return `org.apache.spark.sql.execution.${room}.FileSystemBasedCheckpointFileManager`;
}

/** Whether the session's server is at least of this version, e.g. `4.0`. */
export async function isAtLeast(spark: SparkSession, version: string): Promise<boolean> {
  const [major = 0, minor = 0] = (await spark.version()).split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = version.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
