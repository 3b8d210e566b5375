import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { spawnTied } from '../../packages/spark-connect/test/helpers/tied-process.ts';
import { ensureTopic } from '../../producer/index.ts';
import { kafkaSignInOptions } from '../../producer/kafka-sign-in.ts';
import { setUp } from '../../scripts/setup/index.ts';
import { runTool } from '../../scripts/setup/tool.ts';
import { certificateFiles, provideCertificates } from '../../scripts/stack/certificates.ts';
import { smallJvm } from '../../scripts/stack/java-flags.ts';
import { type KafkaSettings, kafkaSettings } from '../../settings/index.ts';
import { eventually } from './eventually.ts';
import { closedPort } from './tcp-proxy.ts';

const READY_WITHIN_MS = 90_000;

/** A Kafka broker of a test's own that lets clients in over TLS with SCRAM-SHA-512 only. */
export class KafkaBroker {
  /** KAFKA_… of a client that is let in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(environment: Readonly<Record<string, string>>, child: ChildProcess, folder: string) {
    this.environment = environment;
    this.#child = child;
    this.#folder = folder;
  }

  /** @param login whom it lets in */
  static async start({ user, password }: { readonly user: string; readonly password: string }): Promise<KafkaBroker> {
    const { java, kafkaJars } = await setUp({ sparkVersions: [] });
    const folder = await mkdtemp(join(tmpdir(), 'instant-health-kafka-'));
    const [port, inner, controller] = [await closedPort(), await closedPort(), await closedPort()];
    const properties = join(folder, 'server.properties');
    const { authority, certificate, key } = certificateFiles(join(folder, 'tls'));
    await provideCertificates(join(folder, 'tls'), AbortSignal.timeout(120_000));
    const keystore = join(folder, 'keystore.pem');
    await writeFile(keystore, (await readFile(key, 'utf8')) + (await readFile(certificate, 'utf8')));
    await writeFile(properties, serverProperties({ folder, keystore, port, inner, controller }));
    await mkdir(join(folder, 'tmp'));
    const jvm = [...smallJvm(join(folder, 'tmp'), 192), '-cp', `${kafkaJars}/*`];
    const scram = ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${password}]`];
    const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', CLUSTER, '-c', properties, ...scram];
    const signal = AbortSignal.timeout(READY_WITHIN_MS);
    await runTool({ file: java.program, args: [...jvm, ...format], cwd: folder, signal });
    const child = spawnTied(java.program, [...jvm, 'kafka.Kafka', properties], { cwd: folder });
    const broker = new KafkaBroker(
      {
        KAFKA_BROKERS: `localhost:${port}`,
        KAFKA_AUTH: 'scram-sha-512',
        KAFKA_TLS: 'required',
        KAFKA_CA: authority,
        KAFKA_USER: user,
        KAFKA_PASSWORD: password,
      },
      child,
      folder,
    );
    try {
      await eventually(
        async () => {
          if (child.exitCode !== null) throw new Error(`Kafka ended with code ${child.exitCode}`);
          return broker.#lets();
        },
        'Kafka to let its client in',
        { limitMs: READY_WITHIN_MS, everyMs: 200 },
      );
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /** What a client of the jobs and the producer is told. */
  get settings(): KafkaSettings {
    return kafkaSettings(this.environment);
  }

  async makeTopic(topic: string): Promise<void> {
    const admin = this.#client().admin();
    await admin.connect();
    try {
      await ensureTopic(admin, topic, { partitions: 1 });
    } finally {
      await admin.disconnect();
    }
  }

  async #lets(): Promise<boolean> {
    const admin = this.#client().admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).controller !== null;
    } catch {
      return false;
    } finally {
      await admin.disconnect();
    }
  }

  #client(): Kafka {
    const { brokers, signIn } = this.settings;
    const options = kafkaSignInOptions(signIn);
    return new Kafka({ brokers: [...brokers], ...options, logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const CLUSTER = 'c2NyYW0tb2YtYS10ZXN0IQ';

function serverProperties(at: {
  folder: string;
  keystore: string;
  port: number;
  inner: number;
  controller: number;
}): string {
  // Between itself and itself the broker uses a line of its own: transactions need one.
  const listeners = `SASL_SSL://localhost:${at.port},INNER://127.0.0.1:${at.inner}`;
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${at.controller}`,
    listeners: `${listeners},CONTROLLER://127.0.0.1:${at.controller}`,
    'advertised.listeners': `${listeners},CONTROLLER://127.0.0.1:${at.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INNER',
    'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,INNER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': at.keystore,
    'log.dirs': join(at.folder, 'logs'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
