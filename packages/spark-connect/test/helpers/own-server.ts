/** A Spark Connect server of a test's own, for tests that kill it. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SparkSession } from '../../src/index.ts';
import { killTied, spawnTied } from './tied-process.ts';
import { until } from './workspace.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

export class OwnServer {
  readonly remote: string;
  readonly #port: number;
  readonly #version: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, version: string, folder: string) {
    this.remote = `sc://127.0.0.1:${port}`;
    this.#port = port;
    this.#version = version;
    this.#folder = folder;
  }

  /** Of the version that the tests run against. */
  static async start(version = process.env.SPARK_VERSION || '4.1.1'): Promise<OwnServer> {
    const folder = await mkdtemp(join(tmpdir(), 'spark-connect-server-'));
    const server = new OwnServer(await freePort(), version, folder);
    await server.start();
    return server;
  }

  /** Again at the same address, after {@link kill}. */
  async start(): Promise<void> {
    const cache = process.env.INSTANT_HEALTH_CACHE ?? join(root, '.cache');
    const venv = join(cache, `venv-${this.#version}`);
    const python = readdirSync(join(venv, 'lib')).find((name) => name.startsWith('python3')) ?? 'python3';
    // The path for which its class archive was made.
    const sparkHome = realpathSync(join(venv, 'lib', python, 'site-packages', 'pyspark'));
    const jars = join(cache, `spark-jars-${this.#version}`);
    const connect = readdirSync(jars).filter((name) => name.startsWith('spark-connect'));
    const logging = join(this.#folder, 'log4j2.properties');
    await mkdir(this.#folder, { recursive: true });
    await writeFile(logging, 'rootLogger.level = off\n');
    const settings = {
      'spark.connect.grpc.binding.address': '127.0.0.1',
      'spark.connect.grpc.binding.port': this.#port,
      'spark.driver.host': '127.0.0.1',
      'spark.ui.enabled': false,
      'spark.local.dir': this.#folder,
      'spark.sql.shuffle.partitions': 1,
    };
    const classes = join(cache, `spark-classes-${this.#version}`, 'classes.jsa');
    const java = [
      ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true'],
      `-Dlog4j2.configurationFile=${logging}`,
      ...(existsSync(classes) ? [`"-XX:SharedArchiveFile=${classes}"`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'] : []),
    ].join(' ');
    const args = [
      ...['--class', 'org.apache.spark.sql.connect.service.SparkConnectServer', '--master', 'local[2]'],
      ...['--driver-memory', '768m', '--driver-java-options', java],
      ...Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]),
      ...(connect.length > 0 ? ['--jars', connect.map((name) => join(jars, name)).join(',')] : []),
      'spark-internal',
    ];
    // A server that is told of another server refuses to be one.
    const { SPARK_REMOTE: _another, ...inherited } = process.env;
    const environment = {
      ...inherited,
      SPARK_HOME: sparkHome,
      SPARK_LOCAL_IP: '127.0.0.1',
      PYSPARK_PYTHON: join(venv, 'bin', 'python'),
      PYSPARK_DRIVER_PYTHON: join(venv, 'bin', 'python'),
      ...javaHome(cache),
    };
    const child = spawnTied(join(sparkHome, 'bin', 'spark-submit'), args, { cwd: this.#folder, env: environment });
    this.#process = child;
    await until(
      'the server of the test',
      async () => {
        if (child.exitCode !== null) throw new Error(`the server of the test ended with ${child.exitCode}`);
        const spark = await this.#tryConnect();
        spark?.disconnect();
        return spark !== undefined;
      },
      90_000,
    );
  }

  /** As a crash would: without a word. */
  async kill(): Promise<void> {
    // spark-submit is a script that ends in an exec: its process is the server's.
    if (this.#process !== undefined) await killTied(this.#process);
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #tryConnect(): Promise<SparkSession | undefined> {
    return SparkSession.builder()
      .remote(this.remote)
      .connection({ connectTimeoutMs: 5_000 })
      .create()
      .catch(() => undefined);
  }
}

/** The Java that the set-up has put into the cache, where the machine had none. */
function javaHome(cache: string): { JAVA_HOME?: string } {
  const own = join(cache, 'java');
  if (process.env.JAVA_HOME || !existsSync(own)) return {};
  const home = readdirSync(own, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('bin/java'));
  return home === undefined ? {} : { JAVA_HOME: join(own, home, '..', '..') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)));
    });
  });
}
