import { functions as F, type SparkSession } from '@instant-health/spark-connect';
import { type Environment, type Logger, storageSettings } from '../settings/index.ts';
import type { Job, JobStanding } from './job.ts';
import type { KnownJob } from './known-jobs.ts';
import { isNothingThere } from './nothing-there.ts';
import { type BatchReport, batchReport } from './query-progress.ts';

export interface JobStatus {
  readonly job: string;
  readonly running: boolean;
  readonly queries: readonly {
    readonly name: string;
    readonly id: string;
    readonly message: string;
    readonly lastBatch: BatchReport | undefined;
  }[];
  /** What people must look after, by name: quarantined messages by reason, readings without limits … */
  readonly counts: Readonly<Record<string, number>>;
  readonly troubles: readonly string[];
}

/** Asks the server what a job does at this moment, and the job what it has written down. */
export async function jobStatus(
  { job, spark, queries }: KnownJob,
  { environment, log }: { environment: Environment; log: Logger },
): Promise<JobStatus> {
  const reports = await Promise.all(
    queries.map(async (query) => {
      const [{ message }, progress] = await Promise.all([query.status(), query.lastProgress()]);
      return { name: query.name ?? query.id, id: query.id, message, lastBatch: progress && batchReport(progress) };
    }),
  );
  const { quarantine } = storageSettings(environment);
  const [ofSpark, standing] = await Promise.all([
    job.attached ? {} : quarantined(spark, quarantine),
    standingOf(job, environment, log),
  ]);
  return {
    job: job.name,
    running: queries.length > 0,
    queries: reports,
    counts: { ...standing.counts, ...ofSpark },
    troubles: standing.troubles,
  };
}

/** What runs shows also where the database does not answer. */
async function standingOf(job: Job, environment: Environment, log: Logger): Promise<JobStanding> {
  try {
    return (await job.standing?.(environment)) ?? { counts: {}, troubles: [] };
  } catch (error) {
    log.warn({ err: error }, `what ${job.name} has written down cannot be read`);
    return { counts: {}, troubles: [] };
  }
}

async function quarantined(spark: SparkSession, directory: string): Promise<Record<string, number>> {
  try {
    const rows = await spark.read
      .parquet(directory)
      .groupBy('reason')
      .agg(F.count('*').as('messages'))
      .orderBy('reason')
      .collect<{ reason: string; messages: bigint }>();
    return Object.fromEntries(rows.map(({ reason, messages }) => [`quarantined, ${reason}`, Number(messages)]));
  } catch (error) {
    // Nothing has been put aside yet.
    if (isNothingThere(error)) return {};
    throw error;
  }
}
