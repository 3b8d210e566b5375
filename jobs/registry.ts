import { OperatorError } from '../settings/index.ts';
import type { BatchJob } from './batch-job.ts';
import { compactVitals } from './compact-vitals.ts';
import type { Job } from './job.ts';
import { patientVitals } from './patient-vitals.ts';
import { vitalAlerts } from './vital-alerts.ts';

/** Every job with queries; a new one needs one line here. */
export const JOBS: readonly Job[] = [patientVitals, vitalAlerts];

/** Every job that ends by itself. */
export const BATCH_JOBS: readonly BatchJob[] = [compactVitals];

export function batchJobByName(name: string): BatchJob | undefined {
  return BATCH_JOBS.find((candidate) => candidate.name === name);
}

/** For messages. */
export const JOB_NAMES = [...JOBS, ...BATCH_JOBS].map(({ name }) => name).join(', ');

/**
 * @throws OperatorError `JOB_UNKNOWN` with the names there are
 */
export function jobByName(name: string): Job {
  const job = JOBS.find((candidate) => candidate.name === name);
  if (job) return job;
  throw new OperatorError('JOB_UNKNOWN', `there is no job ${JSON.stringify(name)}: the jobs are ${JOB_NAMES}`, {
    exitCode: 2,
    next: '`npm run submit -- --list` describes them.',
  });
}
