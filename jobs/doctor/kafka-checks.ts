import type { Admin } from 'kafkajs';
import { kafkaClient } from '../../producer/kafka-client.ts';
import { kafkaError, missingTopic } from '../../producer/kafka-error.ts';
import {
  type Environment,
  type KafkaSettings,
  kafkaSettings,
  type Logger,
  readAuthority,
} from '../../settings/index.ts';
import { alertsTopicChecks } from './alerts-topic-checks.ts';
import { Attempt } from './attempt.ts';
import { type Check, checksOf, type ServiceChecks } from './check.ts';
import { addressOf, lineChecks, opened, secured, shown } from './line.ts';

const LIMIT_MS = 15_000;
const link = 'kafka';
const check = checksOf({ link, from: 'here', limitMs: LIMIT_MS });

interface KafkaOptions {
  environment(): Environment;
  readonly after: readonly Check[];
  readonly log: Logger;
  /** `--via topic` */
  readonly viaTopic: boolean;
}

/** From here to Kafka: settings, names, ports, TLS, sign-in, the addresses that brokers tell, the topics. */
export function kafkaChecks({ environment, after, log, viaTopic }: KafkaOptions): ServiceChecks<KafkaSettings> {
  const found = () => kafkaSettings(environment());
  const explained = <T>(act: Promise<T>) =>
    act.catch((error: unknown) => {
      throw kafkaError(error, found().brokers, found().topic);
    });
  const settings = check('settings', {
    after,
    next: 'Set the variables in the environment or in .env.',
    run: async () => {
      const { brokers, topic, signIn } = found();
      return `${topic} at ${brokers.join(', ')}, sign-in ${signIn.method.kind}, TLS ${signIn.tls}`;
    },
  });
  const addresses = () => found().brokers.map(addressOf);
  const { dns, port } = lineChecks({ link, setting: 'KAFKA_BROKERS', after: [settings], addresses });
  const tls = check('tls', {
    after: [port],
    next: 'Check KAFKA_CA, KAFKA_TLS, and that KAFKA_BROKERS names the port for TLS.',
    run: async (signal) => {
      const { signIn } = found();
      if (signIn.tls === 'off') return 'none (KAFKA_TLS=off)';
      const ca = signIn.caFile === undefined ? undefined : readAuthority('KAFKA_CA', signIn.caFile);
      const versions = await Promise.all(addresses().map((address) => secured(address, { ca }, signal)));
      return [...new Set(versions)].join(', ');
    },
  });
  const attempt = new Attempt<Admin>(async () => {
    const admin = kafkaClient(found(), log, { retries: 0 }).admin();
    await explained(admin.connect());
    return admin;
  });
  const login = check('login', {
    after: [tls],
    next: 'Check KAFKA_AUTH, KAFKA_USER and KAFKA_PASSWORD.',
    run: async () => {
      await attempt.get();
      const { method } = found().signIn;
      return method.kind === 'scram-sha-512'
        ? `as ${method.user}`
        : method.kind === 'none'
          ? 'none is asked for'
          : 'IAM';
    },
  });
  const brokers = check('brokers', {
    after: [login],
    next: "Brokers tell clients these addresses (advertised.listeners): they must be reachable from here and from Spark's nodes.",
    run: async (signal) => {
      const told = (await explained((await attempt.get()).describeCluster())).brokers;
      await Promise.all(told.map((address) => opened(address, signal)));
      return told.map(shown).join(', ');
    },
  });
  const topic = check('topic', {
    after: [brokers],
    next: 'Check KAFKA_TOPIC and the rights of this client.',
    run: async () => {
      const admin = await attempt.get();
      const { topic: name, brokers: bootstrap } = found();
      // Asking for one topic by name makes brokers create it where they may.
      if (!(await explained(admin.listTopics())).includes(name)) throw missingTopic(name, bootstrap.join(', '));
      const offsets = await explained(admin.fetchTopicOffsets(name));
      return `${name}, ${offsets.length} partitions`;
    },
  });
  const alerts = alertsTopicChecks({ topic, isAsked: viaTopic, found, admin: () => attempt.get(), explained });
  return {
    checks: [settings, dns, port, tls, login, brokers, topic, ...alerts],
    settings,
    found,
    close: () => attempt.release((admin) => admin.disconnect()),
  };
}
