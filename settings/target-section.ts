import { existsSync } from 'node:fs';
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import type { Environment } from './environment.ts';
import { field, parseSection } from './section.ts';

/** How Spark on AWS is reached; see docs/targets.md. */
export interface TargetSettings {
  /** PEM file of the authority that the server's certificate is verified with; the system's where undefined. */
  readonly sparkCa: string | undefined;
  /** How to reach a server that runs on the cluster itself. */
  readonly tunnel: 'ssm' | 'ssh';
  /** Private key for `ssh`; the agent's keys where undefined. */
  readonly sshKey: string | undefined;
  /** The role that a session acts as; EMR Serverless asks for one, a cluster has its own. */
  readonly sessionRole: string | undefined;
  /** AWS ends a session that has done nothing for so long. */
  readonly sessionIdleMinutes: number;
}

const file = z
  .string()
  .refine((path) => existsSync(path))
  .optional();
const MAX_IDLE_MINUTES = 24 * 60;

/** @throws OperatorError with exit code 2 that names the variable */
export function targetSettings(environment: Environment): TargetSettings {
  return parseSection(environment, {
    sparkCa: field('SPARK_CA', 'a PEM file that can be read', file),
    tunnel: field('EMR_TUNNEL', '`ssm` or `ssh`', z.enum(['ssm', 'ssh']).default('ssm')),
    sshKey: field('EMR_SSH_KEY', "a private key's file", file),
    sessionRole: field(
      'EMR_SESSION_ROLE',
      'the ARN of a role, arn:aws:iam::…:role/…',
      z
        .string()
        .regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/)
        .optional(),
    ),
    sessionIdleMinutes: field(
      'EMR_SESSION_IDLE',
      'a duration from 1m to 24h',
      z
        .string()
        .transform((text, context) => {
          try {
            return Math.round(parseDuration(text, '') / 60_000);
          } catch {
            context.addIssue({ code: 'custom', message: 'no duration' });
            return z.NEVER;
          }
        })
        .pipe(z.number().min(1).max(MAX_IDLE_MINUTES))
        .default(60),
    ),
  });
}
