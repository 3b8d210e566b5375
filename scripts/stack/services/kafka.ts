import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { ensureTopic, READINGS_TOPIC } from '../../../producer/contract/index.ts';
import { runTool } from '../../setup/tool.ts';
import { smallJvm } from '../java-flags.ts';
import { addressOf, portOf, type Service, type ServiceContext, type StartContext } from '../service.ts';

/** Kafka 4.1 as broker and controller in one process (KRaft). */
export const kafka: Service = {
  name: 'kafka',
  portNames: ['broker', 'controller'],
  after: [],
  readyWithinMs: 60_000,

  async prepare(context, signal) {
    const { folder, properties, logs } = places(context);
    await mkdir(join(folder, 'tmp'), { recursive: true });
    await writeFile(properties, serverProperties(context));
    await writeFile(join(folder, 'log4j2.yaml'), LOGGING);
    if (existsSync(join(logs, 'meta.properties'))) return;
    const id = context.secrets.kafkaClusterId;
    await runTool({
      file: context.installation.java.program,
      // A format that was cut off is completed.
      args: [
        ...jvm(context),
        'kafka.tools.StorageTool',
        'format',
        '--standalone',
        '--ignore-formatted',
        // One in 64 begins with a dash: apart from its option it would be taken for another one.
        `--cluster-id=${id}`,
        '-c',
        properties,
      ],
      cwd: folder,
      env: context.toolEnvironment,
      signal,
    });
  },

  async command(context) {
    const { folder, properties } = places(context);
    return {
      file: context.installation.java.program,
      args: [...jvm(context), 'kafka.Kafka', properties],
      cwd: folder,
    };
  },

  async isReady(context) {
    const admin = adminClient(context);
    try {
      await admin.connect();
      const { brokers, controller } = await admin.describeCluster();
      return brokers.length === 1 && controller !== null;
    } finally {
      await admin.disconnect();
    }
  },

  async furnish(context) {
    const admin = adminClient(context);
    try {
      await admin.connect();
      await ensureTopic(admin, READINGS_TOPIC);
    } finally {
      await admin.disconnect();
    }
  },

  environment: (context) => ({ KAFKA_BROKERS: addressOf(context, 'kafka', 'broker'), KAFKA_TOPIC: READINGS_TOPIC }),
  links: () => ({}),
};

function adminClient(context: ServiceContext) {
  const brokers = [addressOf(context, 'kafka', 'broker')];
  // One try a time: whoever waits for readiness asks again.
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING, connectionTimeout: 1000, retry: { retries: 0 } });
  return client.admin();
}

function places(context: ServiceContext) {
  const folder = context.layout.folder('kafka');
  return { folder, properties: join(folder, 'server.properties'), logs: join(folder, 'logs') };
}

function jvm(context: StartContext): string[] {
  const { folder } = places(context);
  return [
    ...smallJvm(join(folder, 'tmp'), 256),
    `-Dlog4j2.configurationFile=file:${join(folder, 'log4j2.yaml')}`,
    '-cp',
    `${context.installation.kafkaJars}/*`,
  ];
}

function serverProperties(context: ServiceContext): string {
  const broker = portOf(context, 'kafka', 'broker');
  const controller = portOf(context, 'kafka', 'controller');
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': places(context).logs,
    // A mistyped topic must be an error, not a new topic.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Room for a value of 1 MB and its headers, which the archive has to quarantine.
    'message.max.bytes': 2_097_152,
    'replica.fetch.max.bytes': 2_097_152,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

const LOGGING = `Configuration:
  Appenders:
    Console:
      name: console
      PatternLayout:
        pattern: "%d{ISO8601} %p %m (%c)%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        ref: console
`;
