import { createHash } from 'node:crypto';
import type { Environment } from '../../settings/index.ts';
import { JOBS } from '../registry.ts';

/** What our sessions carry, so that people and policies know them. */
export const SESSION_TAGS: Readonly<Record<string, string>> = { project: 'instant-health-alert' };

/**
 * The name of the session that jobs with these directories share: processes find it by this name, as they find a job's Spark
 * session by its id (see job-session.ts). Other directories mean other jobs, and another session.
 */
export function sessionName(environment: Environment): string {
  const identities = JOBS.map((job) => [job.name, job.identity(environment)]);
  return `instant-health-${digest(identities).slice(0, 8)}`;
}

/**
 * The token of a StartSession call. Two processes that start at the same moment name the same one, and get one session. The
 * session that was there before is part of it: AWS would answer an old token with the session that has ended.
 */
export function startToken(place: string, name: string, before: string, attempt: number): string {
  return digest([place, name, before, attempt]).slice(0, 64);
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
