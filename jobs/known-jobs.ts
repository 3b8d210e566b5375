import type { SparkSession, StreamingQuery } from '@instant-health/spark-connect';
import type { Environment, Logger } from '../settings/index.ts';
import { isMarked } from './driver-mark.ts';
import type { Job } from './job.ts';
import { openJobSession } from './job-session.ts';
import { JOBS } from './registry.ts';
import type { SparkServer } from './targets/spark-server.ts';

/** A job and what of it runs on the server, wherever it was started. */
export interface KnownJob {
  readonly job: Job;
  readonly spark: SparkSession;
  readonly queries: readonly StreamingQuery[];
}

/**
 * Looks at every job's session in turn. Joining a session makes it where there is none, so one without queries is
 * released again and leaves nothing behind, unless a submission has marked it and is about to start some.
 */
export async function withKnownJobs<T>(
  { environment, server, log }: { environment: Environment; server: SparkServer; log: Logger },
  visit: (jobs: readonly KnownJob[]) => Promise<T>,
): Promise<T> {
  const jobs: KnownJob[] = [];
  try {
    for (const job of JOBS) {
      const spark = await openJobSession({ server, job: job.name, identity: job.identity(environment), log });
      jobs.push({ job, spark, queries: [] });
      jobs[jobs.length - 1] = { job, spark, queries: await spark.streams.active() };
    }
    return await visit(jobs);
  } finally {
    for (const { spark, queries } of jobs) {
      if (queries.length === 0 && !(await isMarked(spark))) await spark.stop({ allowReconnect: true });
      else spark.disconnect();
    }
  }
}
