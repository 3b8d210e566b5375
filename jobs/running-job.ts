import type { SparkSession, StreamingQuery } from '@instant-health/spark-connect';
import { type Environment, type Logger, OperatorError } from '../settings/index.ts';
import { claimCheckpoint } from './checkpoint-owner.ts';
import type { Job, JobEvent, PreparedJob } from './job.ts';
import { openJobSession, SESSION_CONF } from './job-session.ts';
import { requireSupportedSpark } from './spark-version.ts';

export interface StartOptions {
  readonly remote: string;
  readonly environment: Environment;
  readonly log: Logger;
  /** Session settings that win over the job's own. */
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly triggerInterval: string | undefined;
  /** Stops a running submission of the same job first, instead of refusing. */
  readonly replace: boolean;
  readonly report: (event: JobEvent) => void;
}

/** A job whose queries run on the server, as seen by the process that started it. */
export interface RunningJob {
  readonly job: Job;
  readonly spark: SparkSession;
  readonly queries: readonly StreamingQuery[];
  /** Stops the queries (a batch in hand is finished first) and ends the session. */
  stop(): Promise<void>;
  /** Leaves the queries running and lets go of them. */
  detach(): Promise<void>;
}

// A handler in the middle of a batch gets so long to finish it: half-sent mails would be sent again.
const DRAIN_TIMEOUT_MS = 15_000;

/**
 * Starts all queries of a job, or none.
 * @throws OperatorError `ALREADY_RUNNING` with exit code 2; what Spark reports as it comes.
 */
export async function startJob(job: Job, options: StartOptions): Promise<RunningJob> {
  const { environment, log, triggerInterval, report } = options;
  const identity = job.identity(environment);
  const spark = await openJobSession({ remote: options.remote, job: job.name, identity, log });
  const queries: StreamingQuery[] = [];
  let prepared: PreparedJob | undefined;
  const stop = async () => {
    await Promise.all(queries.map((query) => query.stop({ drainTimeoutMs: DRAIN_TIMEOUT_MS })));
    await prepared?.close();
    await spark.stop({ allowReconnect: true });
  };
  try {
    await requireSupportedSpark(spark);
    await makeRoom(job, spark, options.replace);
    await spark.conf.setAll({ ...SESSION_CONF, ...options.sparkConf });
    prepared = await job.prepare({ spark, environment, log, triggerInterval, report });
    for (const query of prepared.queries) {
      if (query.checkpoint) await claimCheckpoint(spark, query.name, query.checkpoint.path, query.checkpoint.setting);
      queries.push(await query.writer.start());
    }
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'ALREADY_RUNNING') spark.disconnect();
    else await stop().catch((failure: unknown) => log.warn({ err: failure }, `${job.name} could not be cleaned up`));
    throw error;
  }
  const detach = async () => {
    await prepared.close();
    spark.disconnect();
  };
  return { job, spark, queries, stop, detach };
}

async function makeRoom(job: Job, spark: SparkSession, replace: boolean): Promise<void> {
  const active = await spark.streams.active();
  if (active.length === 0) return;
  if (!replace) {
    throw new OperatorError(
      'ALREADY_RUNNING',
      `${job.name} is already running (${active.map(({ name }) => name).join(', ')})`,
      {
        exitCode: 2,
        next: '`npm run status` shows it; --replace stops it and takes its place.',
      },
    );
  }
  await Promise.all(active.map((query) => query.stop()));
}
