import { SparkConnectError, type SparkSession, type StreamingQuery } from '@instant-health/spark-connect';
import { type Environment, type Logger, OperatorError } from '../settings/index.ts';
import { claimCheckpoint } from './checkpoint-owner.ts';
import { DriverMark } from './driver-mark.ts';
import type { Job, JobEvent, JobQuery, PreparedJob } from './job.ts';
import { openJobSession, SESSION_CONF } from './job-session.ts';
import { leaveSession } from './leave-session.ts';
import { type Pace, paceOf } from './pace.ts';
import { RunningQuery } from './running-query.ts';
import { requireSupportedSpark } from './spark-version.ts';
import type { Claim } from './standby.ts';
import type { SparkServer } from './targets/spark-server.ts';

export interface StartOptions {
  readonly server: SparkServer;
  readonly environment: Environment;
  readonly log: Logger;
  /** Session settings that win over the job's own. */
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly triggerInterval: string | undefined;
  /** Stops a running submission of the same job first, instead of refusing. */
  readonly replace: boolean;
  /** What a process that stood by has got; its session and mark are used. */
  readonly claim?: Claim;
  readonly report: (event: JobEvent) => void;
  /** Gives up waiting, not what has been started. */
  readonly signal: AbortSignal;
}

/** A job whose queries run on the server, as seen by the process that started it. */
export interface RunningJob {
  readonly job: Job;
  readonly spark: SparkSession;
  readonly queries: readonly RunningQuery[];
  /** How often it may be asked. */
  readonly pace: Pace;
  /** Stops the queries (a batch in hand is finished first) and ends the session, unless another submission uses it now. */
  stop(): Promise<void>;
  /** Leaves the queries running and lets go of them. */
  detach(): Promise<void>;
  /** Milliseconds since this process has renewed its lease on the job. */
  leaseAgeMs(): number;
  /** @throws OperatorError `TAKEN_OVER` when a process that stood by has taken this one for dead */
  requireOwn(): Promise<void>;
}

// A handler in the middle of a batch gets so long to finish it: half-sent mails would be sent again.
const DRAIN_TIMEOUT_MS = 15_000;

// Another submission that is ending, or starting, is waited for so long.
const OTHER_TIMEOUT_MS = 20_000;

/**
 * Starts all queries of a job, or none. A job whose driver died without stopping it is taken over; one that is followed
 * by a living process, or was detached, is refused or replaced.
 * @throws OperatorError `ALREADY_RUNNING` with exit code 2; what Spark reports as it comes.
 */
export async function startJob(job: Job, options: StartOptions): Promise<RunningJob> {
  const { environment, log, triggerInterval, report } = options;
  const pace = paceOf(options.server);
  const identity = job.identity(environment);
  const { claim } = options;
  const spark = claim?.spark ?? (await openJobSession({ server: options.server, job: job.name, identity, log }));
  const queries: RunningQuery[] = [];
  let mark = claim?.mark;
  let prepared: PreparedJob | undefined;
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= end();
    return stopping;
  };
  const end = async () => {
    try {
      await Promise.all(queries.map((query) => query.stop({ drainTimeoutMs: DRAIN_TIMEOUT_MS })));
    } finally {
      await prepared?.close();
      await leaveSession(spark, mark);
    }
  };
  try {
    await requireSupportedSpark(spark);
    if (claim) await takeOver(claim);
    else {
      mark = await DriverMark.set(spark, log);
      if (!options.replace) await makeRoom(job, spark, mark, options);
    }
    await spark.conf.setAll({ ...SESSION_CONF, ...options.sparkConf });
    prepared = await job.prepare({ spark, environment, log, triggerInterval, pace, report });
    // What is to be replaced goes on until its successor is known to have all it needs: a setting that is wrong must not end alerts.
    if (mark && options.replace) await makeRoom(job, spark, mark, options);
    for (const query of prepared.queries) queries.push(await startQuery(job, spark, query, log));
    await prepared.begin?.();
  } catch (error) {
    await stop().catch((failure: unknown) => log.warn({ err: failure }, `${job.name} could not be cleaned up`));
    throw error;
  }
  const detach = async () => {
    await prepared?.close();
    await mark?.remove();
    spark.disconnect();
  };
  const requireOwn = async () => {
    if ((await mark?.look())?.notice === 'taken over') throw takenOver(job);
  };
  const leaseAgeMs = () => mark?.ageMs ?? 0;
  return { job, spark, queries, pace, stop, detach, leaseAgeMs, requireOwn };
}

async function startQuery(job: Job, spark: SparkSession, query: JobQuery, log: Logger): Promise<RunningQuery> {
  const { name, writer, checkpoint, isRealTime } = query;
  if (checkpoint) await claimCheckpoint(spark, name, checkpoint.path, checkpoint.setting);
  try {
    return await RunningQuery.start(name, () => writer.start(), {
      sparkVersion: await spark.version(),
      isRealTime,
      log,
    });
  } catch (error) {
    // Somebody else was quicker, between our look and our start.
    if (error instanceof SparkConnectError && /query with (?:the )?name \S+ (?:as|because)/.test(error.message))
      throw alreadyRunning(job, await spark.streams.active());
    throw error;
  }
}

/** Makes sure that no query of the job runs: refuses, takes over from the dead, or replaces. */
async function makeRoom(job: Job, spark: SparkSession, mark: DriverMark, options: StartOptions): Promise<void> {
  const { replace, log, signal } = options;
  if (replace) await stopActive(spark);
  const limit = performance.now() + OTHER_TIMEOUT_MS;
  while (await mark.anotherLives(signal)) {
    const active = await spark.streams.active();
    // One without queries is ending, or will have some in a moment.
    if (active.length > 0 || (performance.now() > limit && !replace)) throw alreadyRunning(job, active);
    if (performance.now() > limit) return log.warn(`${job.name}: another process still holds on to it`);
  }
  const active = await spark.streams.active();
  if (active.length > 0) {
    // A mark that is still there and silent is a dead one's; without any, the job was detached.
    if ((await mark.others()).size === 0) throw alreadyRunning(job, active);
    log.warn(`${job.name}: the process that followed it is gone; its queries are taken over`);
    await stopActive(spark);
  }
  await mark.forgetOthers();
}

/** Ends what processes have left that give no sign of life; should one wake up, it finds out why. */
async function takeOver({ mark, silent, queries }: Claim): Promise<void> {
  await mark.tell(silent, 'taken over');
  await Promise.all(
    queries.map(async (query) => {
      await query.stop().catch(async (error: unknown) => {
        // It may have ended by itself meanwhile.
        if (await query.isActive().catch(() => false)) throw error;
      });
    }),
  );
  await mark.forget(silent);
}

async function stopActive(spark: SparkSession): Promise<void> {
  const active = await spark.streams.active();
  await Promise.all(active.map((query) => query.stop()));
}

function alreadyRunning(job: Job, active: readonly StreamingQuery[]): OperatorError {
  const queries = active.map(({ name, id }) => name ?? id).join(', ');
  return new OperatorError(
    'ALREADY_RUNNING',
    `${job.name} is already running${queries === '' ? ', or about to run, in another process' : ` (${queries})`}`,
    { exitCode: 2, next: '`npm run status` shows it; --replace stops it and takes its place.' },
  );
}

function takenOver(job: Job): OperatorError {
  return new OperatorError(
    'TAKEN_OVER',
    `${job.name} was taken over by another process: this one gave no sign of life for some seconds`,
    { next: 'The other one goes on from here, and nothing has been lost; submit with --standby to stand by for it.' },
  );
}
