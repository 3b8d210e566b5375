import { z } from 'zod';
import { awsRegion } from './aws/region.ts';
import type { Environment } from './environment.ts';
import { OperatorError } from './operator-error.ts';
import { Secret } from './secret.ts';
import { field, parseSection, requireTlsBeyondLoopback, text } from './section.ts';

/** How clients, ours and Spark's, show Kafka who they are. */
export interface KafkaSignIn {
  readonly tls: 'required' | 'off';
  /** PEM file of the brokers' certificate authority; the system's own authorities where undefined. */
  readonly caFile: string | undefined;
  readonly method:
    | { readonly kind: 'none' }
    /** MSK with the IAM role of whoever runs. */
    | { readonly kind: 'msk-iam'; readonly region: string }
    | { readonly kind: 'scram-sha-512'; readonly user: string; readonly password: Secret };
}

const METHODS = ['none', 'msk-iam', 'scram-sha-512'] as const;
const MSK_BROKER = /\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?:\d+$/;

/**
 * @param brokers host:port each
 * @throws OperatorError with exit code 2 that names the variable
 */
export function kafkaSignIn(environment: Environment, brokers: readonly string[]): KafkaSignIn {
  const { auth, tls, caFile, user, password } = parseSection(environment, {
    auth: field('KAFKA_AUTH', METHODS.join(', '), z.enum(METHODS).default('none')),
    tls: field('KAFKA_TLS', '`required` or `off`', z.enum(['required', 'off']).optional()),
    caFile: field('KAFKA_CA', 'the path of a PEM file', text.optional()),
    user: field('KAFKA_USER', 'a user name', text.optional()),
    password: field('KAFKA_PASSWORD', "the user's password", z.string().optional()),
  });
  // Plain Kafka was always without TLS here: whoever wants it says so.
  const common = { tls: tls ?? (auth === 'none' ? 'off' : 'required'), caFile } as const;
  if (auth === 'none') return { ...common, method: { kind: auth } };
  for (const broker of brokers) {
    const host = broker.slice(0, broker.lastIndexOf(':'));
    requireTlsBeyondLoopback(common.tls, host, { tls: 'KAFKA_TLS', host: 'KAFKA_BROKERS' });
  }
  if (auth === 'scram-sha-512') {
    if (user === undefined || password === undefined) {
      throw new OperatorError('SETTING_MISSING', 'KAFKA_AUTH=scram-sha-512 needs KAFKA_USER and KAFKA_PASSWORD', {
        exitCode: 2,
        next: 'Set both, or KAFKA_SECRET to the secret that holds them.',
      });
    }
    return { ...common, method: { kind: auth, user, password: new Secret(password) } };
  }
  const region = MSK_BROKER.exec(brokers[0] ?? '')?.[1] ?? awsRegion(environment);
  if (region !== undefined) return { ...common, method: { kind: auth, region } };
  throw new OperatorError('AWS_NO_REGION', 'KAFKA_AUTH=msk-iam needs the region of the MSK cluster', {
    exitCode: 2,
    next: 'Set AWS_REGION.',
  });
}
