import { OperatorError } from '../settings/index.ts';
import type { Job } from './job.ts';
import { patientVitals } from './patient-vitals.ts';
import { vitalAlerts } from './vital-alerts.ts';

/** Every job there is; a new one needs one line here. */
export const JOBS: readonly Job[] = [patientVitals, vitalAlerts];

/**
 * @throws OperatorError `JOB_UNKNOWN` with the names there are
 */
export function jobByName(name: string): Job {
  const job = JOBS.find((candidate) => candidate.name === name);
  if (job) return job;
  throw new OperatorError(
    'JOB_UNKNOWN',
    `there is no job ${JSON.stringify(name)}: the jobs are ${JOBS.map((known) => known.name).join(', ')}`,
    {
      exitCode: 2,
      next: '`npm run submit -- --list` describes them.',
    },
  );
}
