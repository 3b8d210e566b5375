import { z } from 'zod';
import { type Environment, settingOf } from './environment.ts';
import { type KafkaSignIn, kafkaSignIn } from './kafka-sign-in.ts';
import { OperatorError } from './operator-error.ts';
import { Secret } from './secret.ts';
import { field, parseSection, port, requireTlsBeyondLoopback, text, tlsMode } from './section.ts';

// Not trimmed: a password may end in a space.
const secret = z.string().transform((value) => new Secret(value));
const hostAndPort = z
  .string()
  .regex(/^(\[[0-9a-f:]+\]|[^\s:,[\]/]+):\d{1,5}$/i)
  .refine((address) => Number(address.slice(address.lastIndexOf(':') + 1)) <= 65535);
const absoluteDirectory = z
  .string()
  .regex(/^\/[^\s]*[^\s/]$/)
  .refine((directory) => !directory.split('/').includes('..'));

/** Where MySQL or MariaDB is and how to get in. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
  readonly database: string;
  readonly tls: 'required' | 'off';
  /** PEM file of the certificate authority, or `rds` for Amazon's; the system's own authorities where undefined. */
  readonly caFile: string | undefined;
  /** `iam`: instead of the password, which is empty then, each connection gets a token of AWS. */
  readonly auth: 'password' | 'iam';
}

/** @throws OperatorError with exit code 2 that names the variable */
export function databaseSettings(environment: Environment): DatabaseSettings {
  const iam = settingOf(environment, 'DATABASE_AUTH') === 'iam';
  const settings = parseSection(environment, {
    host: field('DATABASE_HOST', 'a host name or address', text),
    port: field('DATABASE_PORT', 'a port from 1 to 65535', port.default(3306)),
    user: field('DATABASE_USER', 'a user name', text.default('health')),
    password: field('DATABASE_PASSWORD', "the user's password", iam ? secret.default(new Secret('')) : secret),
    auth: field('DATABASE_AUTH', '`password` or `iam`', z.enum(['password', 'iam']).default('password')),
    database: field(
      'DATABASE_NAME',
      'letters, digits and underscores',
      z
        .string()
        .regex(/^\w{1,64}$/)
        .default('health'),
    ),
    tls: field('DATABASE_TLS', '`required` or `off`', tlsMode),
    caFile: field('DATABASE_CA', 'the path of a PEM file, or `rds`', text.optional()),
  });
  requireTlsBeyondLoopback(settings.tls, settings.host, { tls: 'DATABASE_TLS', host: 'DATABASE_HOST' });
  if (iam && settings.tls === 'off') {
    throw new OperatorError('TLS_REQUIRED', 'DATABASE_AUTH=iam sends a token and needs TLS, but DATABASE_TLS=off', {
      exitCode: 2,
      next: 'Set DATABASE_TLS=required.',
    });
  }
  return settings;
}

/** Kafka's own rule for topic names. */
export const topicName = z
  .string()
  .regex(/^[\w.-]{1,249}$/)
  .refine((name) => name !== '.' && name !== '..');

const TOPIC = field('KAFKA_TOPIC', 'a topic name', topicName.default('patient-vital-info'));

export interface KafkaSettings {
  /** host:port each. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Where rows go that are no readings, without their values. */
  readonly rejectedTopic: string;
  /** Where Spark writes readings with what it has found out of limits, for `npm run alerts -- run`. */
  readonly alertsTopic: string;
  readonly signIn: KafkaSignIn;
}

export type { KafkaSignIn } from './kafka-sign-in.ts';

/** The topic alone, for what needs its name and no broker. @throws OperatorError with exit code 2 that names KAFKA_TOPIC */
export function kafkaTopic(environment: Environment): string {
  return parseSection(environment, { topic: TOPIC }).topic;
}

/** @throws OperatorError with exit code 2 that names the variable */
export function kafkaSettings(environment: Environment): KafkaSettings {
  const { rejectedTopic, alertsTopic, ...settings } = parseSection(environment, {
    brokers: field(
      'KAFKA_BROKERS',
      'host:port, comma-separated',
      text.transform((list) => list.split(',').map((broker) => broker.trim())).pipe(z.array(hostAndPort).min(1)),
    ),
    topic: TOPIC,
    rejectedTopic: field('KAFKA_REJECTED_TOPIC', 'a topic name', topicName.optional()),
    alertsTopic: field('KAFKA_ALERTS_TOPIC', 'a topic name', topicName.optional()),
  });
  return {
    ...settings,
    rejectedTopic: rejectedTopic ?? `${settings.topic}-rejected`,
    // patient-vital-info: patient-vital-alerts
    alertsTopic: alertsTopic ?? `${settings.topic.replace(/-info$/, '')}-alerts`,
    signIn: kafkaSignIn(environment, settings.brokers),
  };
}

export interface SparkSettings {
  /** `sc://host:port/;…`; may hold a token, so show it through `maskRemote`. */
  readonly remote: string;
}

/** @throws OperatorError with exit code 2 that names the variable */
export function sparkSettings(environment: Environment): SparkSettings {
  return parseSection(environment, {
    remote: field('SPARK_REMOTE', 'a Spark Connect address, sc://host:port', z.string().regex(/^sc:\/\/[^\s/]+/)),
  });
}

/** The mail server, and what mails say of themselves. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly credentials: { readonly user: string; readonly password: Secret } | undefined;
  readonly tls: 'required' | 'off';
  /** PEM file of the certificate authority; the system's own authorities where undefined. */
  readonly caFile: string | undefined;
  readonly from: string;
  /** Base URL that mails point to. */
  readonly link: string | undefined;
}

/** @throws OperatorError with exit code 2 that names the variable */
export function smtpSettings(environment: Environment): SmtpSettings {
  const { user, password, ...settings } = parseSection(environment, {
    host: field('SMTP_HOST', 'a host name or address', text),
    port: field('SMTP_PORT', 'a port from 1 to 65535', port.default(587)),
    user: field('SMTP_USER', 'a user name', text.optional()),
    password: field('SMTP_PASSWORD', "the user's password", secret.optional()),
    tls: field('SMTP_TLS', '`required` or `off`', tlsMode),
    caFile: field('SMTP_CA', 'the path of a PEM file', text.optional()),
    from: field('MAIL_FROM', 'a mail address', z.email().default('alerts@instant-health.example')),
    link: field('MAIL_LINK', 'a URL that starts with http:// or https://', httpUrl.optional()),
  });
  requireTlsBeyondLoopback(settings.tls, settings.host, { tls: 'SMTP_TLS', host: 'SMTP_HOST' });
  if ((user === undefined) !== (password === undefined)) {
    const [set, unset] = user === undefined ? ['SMTP_PASSWORD', 'SMTP_USER'] : ['SMTP_USER', 'SMTP_PASSWORD'];
    throw new OperatorError('SETTING_MISSING', `${unset} is not set, but ${set} is`, {
      exitCode: 2,
      next: 'Set both or neither.',
    });
  }
  const credentials = user === undefined || password === undefined ? undefined : { user, password };
  return { ...settings, credentials };
}

const httpUrl = z.string().regex(/^https?:\/\/[^\s]+$/);

/** Where Spark writes. The four directories carry `HDFS_URL` in front where it is set. */
export interface StorageSettings {
  readonly hdfsUrl: string | undefined;
  readonly vitals: string;
  readonly vitalsCheckpoint: string;
  readonly alertsCheckpoint: string;
  readonly quarantine: string;
  /** The NameNode's web address, for tests, the demo and `status`; the jobs do without. */
  readonly webhdfsUrl: string | undefined;
}

const HOME = '/user/hadoop/instant-health';

/** @throws OperatorError with exit code 2 that names the variable */
export function storageSettings(environment: Environment): StorageSettings {
  const directory = (variable: string, name: string) =>
    field(variable, 'an absolute directory, e.g. /user/hadoop/x', absoluteDirectory.default(`${HOME}/${name}`));
  const settings = parseSection(environment, {
    hdfsUrl: field(
      'HDFS_URL',
      'hdfs://host:port',
      z
        .string()
        .regex(/^[a-z][a-z0-9+.-]*:\/\/[^\s/]*\/?$/)
        .transform((url) => url.replace(/\/$/, ''))
        .optional(),
    ),
    vitals: directory('VITALS_DIR', 'patient-vital-info'),
    vitalsCheckpoint: directory('VITALS_CHECKPOINT', 'checkpoint-vital-info'),
    alertsCheckpoint: directory('ALERTS_CHECKPOINT', 'checkpoint-vital-alerts'),
    quarantine: directory('QUARANTINE_DIR', 'quarantine'),
    webhdfsUrl: field('WEBHDFS_URL', 'http://host:port', httpUrl.optional()),
  });
  const prefix = settings.hdfsUrl ?? '';
  return {
    ...settings,
    vitals: prefix + settings.vitals,
    vitalsCheckpoint: prefix + settings.vitalsCheckpoint,
    alertsCheckpoint: prefix + settings.alertsCheckpoint,
    quarantine: prefix + settings.quarantine,
  };
}
