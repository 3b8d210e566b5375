import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killTied, spawnTied } from '../../packages/spark-connect/test/helpers/tied-process.ts';
import { type SparkVersion, setUp } from '../../scripts/setup/index.ts';
import { askSparkVersion } from '../../scripts/stack/ask-spark.ts';
import { jitFlags, withClassArchive } from '../../scripts/stack/java-flags.ts';
import { serverEnvironment } from '../../scripts/stack/services/spark-environment.ts';
import { eventually } from './eventually.ts';
import { closedPort } from './tcp-proxy.ts';

/** A Spark Connect server of a test's own, for surroundings that the stack's must not have. */
export class SparkServer {
  readonly remote: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(remote: string, child: ChildProcess, folder: string) {
    this.remote = remote;
    this.#child = child;
    this.#folder = folder;
  }

  /**
   * @param environment variables of the server's process, above those that it would have in the stack
   */
  static async start(version: SparkVersion, environment: Readonly<Record<string, string>>): Promise<SparkServer> {
    const installation = await setUp({ sparkVersions: [version] });
    const spark = installation.sparks.get(version);
    if (spark === undefined) throw new Error(`Spark ${version} was not set up`);
    const folder = await mkdtemp(join(tmpdir(), 'instant-health-spark-'));
    const port = await closedPort();
    const conf = {
      'spark.connect.grpc.binding.address': '127.0.0.1',
      'spark.connect.grpc.binding.port': String(port),
      'spark.driver.host': '127.0.0.1',
      'spark.driver.bindAddress': '127.0.0.1',
      'spark.ui.enabled': 'false',
      'spark.local.dir': folder,
    };
    const javaOptions = [
      ...['-XX:+UseSerialGC', ...jitFlags('quick'), '-Djava.net.preferIPv4Stack=true'],
      ...withClassArchive(spark.classArchive).map((flag) => `"${flag}"`),
    ].join(' ');
    const child = spawnTied(
      join(spark.sparkHome, 'bin', 'spark-submit'),
      [
        ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer', '--name', 'connect'],
        ...['--master', 'local[1]', '--driver-memory', '512m', '--jars', spark.extraJars.join(',')],
        ...['--driver-java-options', javaOptions],
        ...Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
        'spark-internal',
      ],
      {
        cwd: folder,
        env: {
          ...serverEnvironment(installation, spark),
          ...environment,
        },
      },
    );
    const server = new SparkServer(`sc://127.0.0.1:${port}`, child, folder);
    try {
      await eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(`Spark ${version} ended with code ${child.exitCode}`);
          return askSparkVersion(`127.0.0.1:${port}`, AbortSignal.timeout(5_000)).catch(() => undefined);
        },
        `Spark ${version} to answer`,
        { limitMs: 90_000, everyMs: 500 },
      );
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async stop(): Promise<void> {
    await killTied(this.#child);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
