import type { SparkSession } from '@instant-health/spark-connect';
import { type Environment, formatDuration, type Logger, maskRemote, OperatorError } from '../settings/index.ts';
import type { BatchContext, BatchJob } from './batch-job.ts';
import { parseAge } from './compaction/retention.ts';
import { DriverMark, isMarked } from './driver-mark.ts';
import { explainFailure } from './failures.ts';
import { openJobSession, SESSION_CONF } from './job-session.ts';
import { batchJobByName, JOBS } from './registry.ts';
import { requireSupportedSpark } from './spark-version.ts';
import type { SubmitOptions } from './submit-options.ts';
import type { SparkServer } from './targets/spark-server.ts';

export interface BatchSurroundings {
  readonly server: SparkServer;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly print: (line: string) => void;
}

// Processes that follow each other share the session, and may number their plans alike: Spark 4 would then answer with the
// files that an earlier process has listed.
const FRESH_PLANS = { 'spark.connect.session.planCache.enabled': 'false' };

// A step that takes longer is told of again, so that nobody wonders whether it still lives.
const REMINDER_MS = 5_000;

/**
 * The batch job that a submission names, if any.
 * @throws OperatorError `USAGE` for what batch jobs and streaming jobs cannot do together, or each not at all
 */
export function batchJobAmong(names: readonly string[], options: SubmitOptions): BatchJob | undefined {
  const [name, ...others] = [...new Set(names)].filter((candidate) => batchJobByName(candidate) !== undefined);
  const job = name === undefined ? undefined : batchJobByName(name);
  const refuse = (why: string, next: string) => new OperatorError('USAGE', why, { exitCode: 2, next });
  if (!job) {
    if (options.olderThan === undefined && !options.yes) return undefined;
    throw refuse('--older-than and --yes are for jobs that delete old data', '`npm run submit -- --list` says which.');
  }
  if (others.length > 0 || names.some((other) => JOBS.some((streaming) => streaming.name === other))) {
    throw refuse(`${job.name} ends by itself, other jobs go on`, 'Submit it alone, while they run.');
  }
  if (names.some((other) => other !== job.name)) return undefined;
  if (options.yes && options.olderThan === undefined) {
    throw refuse('--yes confirms what --older-than would delete', 'Say e.g. --older-than 90d, too.');
  }
  for (const [option, isGiven] of Object.entries({
    '--trigger': options.trigger !== undefined,
    '--detach': options.detach,
    '--replace': options.replace,
    '--standby': options.standby,
  })) {
    if (isGiven) throw refuse(`${option} is for jobs with queries: ${job.name} ends by itself`, `Leave out ${option}.`);
  }
  return job;
}

/**
 * Runs a batch job to its end.
 * @throws OperatorError `ALREADY_RUNNING` with exit code 2 when another process runs it on the same directory
 */
export async function submitBatch(
  job: BatchJob,
  options: SubmitOptions,
  { server, environment, signal, log, print }: BatchSurroundings,
): Promise<void> {
  const olderThanDays = options.olderThan === undefined ? undefined : parseAge(options.olderThan);
  const sparkConf = { ...SESSION_CONF, ...FRESH_PLANS, ...options.sparkConf };
  const configuration = { SPARK_REMOTE: maskRemote(server.remote), ...job.describe(environment), ...sparkConf };
  if (options.dryRun) tellConfiguration(job, configuration, options, print);
  const spark = await openJobSession({ server, job: job.name, identity: job.identity(environment), log });
  let mark: DriverMark | undefined;
  const steps = new Steps(log, job.name);
  try {
    await requireSupportedSpark(spark);
    mark = await DriverMark.set(spark, log);
    if (await mark.anotherLives(signal)) {
      throw new OperatorError('ALREADY_RUNNING', `${job.name} is already running in another process`, {
        exitCode: 2,
        next: 'It ends by itself; submit it again then.',
      });
    }
    if ((await mark.others()).size > 0) {
      log.warn(`${job.name}: the process that ran it is gone; what it left behind is put right`);
      await spark.interruptAll();
    }
    await mark.forgetOthers();
    await spark.conf.setAll(sparkConf);
    await job.run({
      spark,
      environment,
      signal,
      isDryRun: options.dryRun ?? false,
      olderThanDays,
      isConfirmed: options.yes ?? false,
      progress: (text) => steps.next(text),
      report: (line, data) => print(options.json ? JSON.stringify({ job: job.name, ...data }) : line),
    } satisfies BatchContext);
  } catch (error) {
    throw explainFailure(error, { remote: server.remote, topic: '', brokers: '' });
  } finally {
    steps.end();
    await leave(spark, mark).catch((error: unknown) => log.debug({ err: error }, 'the session could not be ended'));
  }
}

function tellConfiguration(
  { name, description }: BatchJob,
  configuration: Readonly<Record<string, string>>,
  { json }: SubmitOptions,
  print: (line: string) => void,
): void {
  if (json) {
    print(JSON.stringify({ job: name, configuration }));
    return;
  }
  print(`${name}: ${description}`);
  const width = Math.max(...Object.keys(configuration).map((key) => key.length));
  for (const [key, value] of Object.entries(configuration)) print(`  ${key.padEnd(width)}  ${value}`);
  print('');
}

/** Ends the session, unless another submission is about to use it. */
async function leave(spark: SparkSession, mark: DriverMark | undefined): Promise<void> {
  try {
    await mark?.remove();
    if (!(await isMarked(spark))) await spark.stop({ allowReconnect: true });
  } finally {
    spark.disconnect();
  }
}

/** Tells each step, and that it goes on when it takes long. */
class Steps {
  readonly #log: Logger;
  readonly #job: string;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger, job: string) {
    this.#log = log;
    this.#job = job;
  }

  next(text: string): void {
    this.end();
    this.#log.info(`${this.#job}: ${text}`);
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      this.#log.info(`${this.#job}: still ${text} (${formatDuration(performance.now() - startedAt)})`);
    }, REMINDER_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
