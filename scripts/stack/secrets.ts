import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { writeAtomically } from './atomic-file.ts';
import type { StackLayout } from './layout.ts';

/** What is random for each stack and lives as long as its data. */
export interface Secrets {
  readonly databaseRootPassword: string;
  readonly databasePassword: string;
  /** Kafka's cluster id: 16 random bytes in URL-safe base64. */
  readonly kafkaClusterId: string;
}

/** Reads the stack's secrets, making them the first time. */
export function loadSecrets(layout: StackLayout): Secrets {
  if (existsSync(layout.secrets)) return JSON.parse(readFileSync(layout.secrets, 'utf8'));
  const secrets: Secrets = {
    databaseRootPassword: randomBytes(24).toString('base64url'),
    databasePassword: randomBytes(24).toString('base64url'),
    kafkaClusterId: Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url'),
  };
  writeAtomically(layout.secrets, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}
