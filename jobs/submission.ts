import { setTimeout as delay } from 'node:timers/promises';
import { SparkConnectError } from '@instant-health/spark-connect';
import {
  type Environment,
  kafkaSettings,
  type Logger,
  maskRemote,
  OperatorError,
  withCloudSettings,
} from '../settings/index.ts';
import { batchJobAmong, submitBatch } from './batch-submission.ts';
import { dryRun } from './dry-run.ts';
import { explainFailure } from './failures.ts';
import { follow, stopAll } from './follow.ts';
import { withHealth } from './health/with-health.ts';
import type { Job } from './job.ts';
import { BATCH_JOBS, JOB_NAMES, JOBS, jobByName } from './registry.ts';
import { type RunningJob, type StartOptions, startJob } from './running-job.ts';
import { submitStandby } from './standby-submission.ts';
import { startOptions } from './start-options.ts';
import type { SubmitOptions, SubmitSurroundings } from './submit-options.ts';
import { readTarget } from './targets/command-options.ts';
import { onTarget } from './targets/on-target.ts';
import type { SparkServer } from './targets/spark-server.ts';

// A query that has looked for data once without failing is believed to run.
const FIRST_LOOK_TIMEOUT_MS = 60_000;

/**
 * Runs jobs and follows them until they end or the signal fires; then stops them.
 * @throws OperatorError that names the thing, the setting and the next step.
 */
export async function submit(
  names: readonly string[],
  options: SubmitOptions,
  surroundings: SubmitSurroundings,
): Promise<void> {
  const { print, log, signal } = surroundings;
  if (options.list) return list(options, print);
  const batch = batchJobAmong(names, options);
  const jobs = batch ? [] : selectJobs(names, options);
  const { target, environment: named } = readTarget(options);
  const environment = await withCloudSettings(named);
  const keepsSession = options.detach === true && !options.dryRun;
  await withHealth(options, log, (health) =>
    onTarget(target, { environment, log, signal, keepsSession }, (server) =>
      batch
        ? submitBatch(batch, options, { server, environment, ...surroundings })
        : submitJobs(jobs, options, { server, environment, ...surroundings, ...(health && { health }) }),
    ),
  );
}

interface JobsSurroundings extends SubmitSurroundings {
  readonly server: SparkServer;
  readonly environment: Environment;
}

async function submitJobs(
  jobs: readonly Job[],
  options: SubmitOptions,
  { server, environment, ...surroundings }: JobsSurroundings,
): Promise<void> {
  const { print, log } = surroundings;
  const kafka = kafkaSettings(environment);
  const explain = (error: unknown) =>
    explainFailure(error, { remote: server.remote, topic: kafka.topic, brokers: kafka.brokers.join(',') });
  const running: RunningJob[] = [];
  try {
    if (options.dryRun) return await dryRun(jobs, { server, environment, options, log, print });
    const [only] = jobs;
    if (options.standby && only)
      return await submitStandby(only, options, { server, environment, explain, ...surroundings });
    const start = startOptions(environment, server, options, surroundings);
    running.push(...(await startAll(jobs, start, { log, mayGoViaTopic: options.via === undefined })));
    surroundings.signal.throwIfAborted();
    if (options.detach) return await detach(running, options, surroundings);
    await follow(running, options, surroundings);
  } catch (error) {
    throw explain(error);
  } finally {
    if (!options.detach) await stopAll(running, log);
  }
}

/** Starts them side by side: an alert must not wait until the archive has been taken over from a dead process. */
async function startAll(
  jobs: readonly Job[],
  options: StartOptions,
  { log, mayGoViaTopic }: { log: Logger; mayGoViaTopic: boolean },
): Promise<readonly RunningJob[]> {
  const starts = await Promise.allSettled(
    jobs.map(async (job) => {
      log.info(`${job.name}: starting on ${maskRemote(options.server.remote)}`);
      try {
        return await startJob(job, options);
      } catch (error) {
        const cannotHandle = error instanceof SparkConnectError && error.code === 'unsupported';
        if (!cannotHandle || !mayGoViaTopic || !job.viaTopic) throw error;
        log.warn(`${job.name}: ${error.message}; it goes via topic instead, as with --via topic`);
        return await startJob(job.viaTopic({ realTime: false }), options);
      }
    }),
  );
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return started;
  await stopAll(started, log);
  throw failed.reason;
}

function selectJobs(names: readonly string[], options: SubmitOptions): Job[] {
  if (names.length === 0) {
    throw new OperatorError('USAGE', `name a job: ${JOB_NAMES}`, {
      exitCode: 2,
      next: '`npm run submit -- --list` describes them.',
    });
  }
  const jobs = onTheirWay([...new Set(names)].map(jobByName), options);
  const attached = jobs.filter((job) => job.attached).map((job) => job.name);
  if (options.detach && attached.length > 0) {
    throw new OperatorError(
      'USAGE',
      `${attached.join(', ')} cannot be detached: its batches are handled by this process`,
      {
        exitCode: 2,
        next: 'Leave out --detach, and keep the process running, e.g. as a service; or go --via topic.',
      },
    );
  }
  if (options.standby) requireStandby(jobs, options);
  return jobs;
}

/** The jobs as `--via` and `--real-time` want them. @throws OperatorError `USAGE` where that makes no sense */
function onTheirWay(jobs: readonly Job[], { via, realTime = false }: SubmitOptions): Job[] {
  if (via === undefined && !realTime) return [...jobs];
  const option = via === undefined ? '--real-time' : '--via';
  if (!jobs.some((job) => job.viaTopic)) {
    throw new OperatorError('USAGE', `${option} is for vital-alerts`, { exitCode: 2, next: `Leave out ${option}.` });
  }
  if (via === 'foreachBatch') {
    if (!realTime) return [...jobs];
    throw new OperatorError('USAGE', '--real-time goes via topic only: foreachBatch needs batches', {
      exitCode: 2,
      next: 'Leave out one of the two.',
    });
  }
  return jobs.map((job) => job.viaTopic?.({ realTime }) ?? job);
}

/** @throws OperatorError `USAGE` where nothing can be stood by for */
function requireStandby(jobs: readonly Job[], { replace }: SubmitOptions): void {
  const refuse = (why: string, next: string) => new OperatorError('USAGE', why, { exitCode: 2, next });
  const detached = jobs.find((job) => !job.attached);
  if (detached) {
    throw refuse(
      `--standby is for jobs whose batches are handled by the submitting process: ${detached.name} goes on without it`,
      'Leave out --standby, or submit vital-alerts alone.',
    );
  }
  if (jobs.length > 1) throw refuse('--standby is for one job at a time', 'Submit each in a process of its own.');
  if (replace) throw refuse('--standby waits for its turn, --replace does not', 'Leave out one of them.');
}

function list({ json }: SubmitOptions, print: (line: string) => void): void {
  const kinds = [
    ...JOBS.map((job) => ({ ...job, ends: false })),
    ...BATCH_JOBS.map((job) => ({ ...job, attached: true, ends: true })),
  ];
  for (const { name, description, attached, ends } of kinds) {
    const manner = ends ? ' (ends by itself)' : attached ? ' (stays attached)' : '';
    print(json ? JSON.stringify({ name, description, attached, ends }) : `${name.padEnd(16)}${description}${manner}`);
  }
}

/** Waits until every query has looked for data once, so that what is wrong shows before the command ends. */
async function detach(
  running: readonly RunningJob[],
  { json }: SubmitOptions,
  { signal, print, log }: SubmitSurroundings,
): Promise<void> {
  try {
    for (const { job, queries } of running) {
      for (const query of queries) {
        log.info(`${query.name}: waiting for its first look at the data`);
        await firstLook(query, signal);
        print(
          json
            ? JSON.stringify({ job: job.name, query: query.name, id: query.id, detached: true })
            : `${query.name} runs (id ${query.id})`,
        );
      }
    }
  } catch (error) {
    await stopAll(running, log);
    throw error;
  }
  await Promise.all(running.map((job) => job.detach()));
  if (!json) print('`npm run status` shows the queries, `npm run stop -- <query>` stops one.');
}

async function firstLook(query: RunningJob['queries'][number], signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FIRST_LOOK_TIMEOUT_MS)]);
  for (;;) {
    const failure = await query.exception();
    if (failure) throw failure;
    const { message, isDataAvailable } = await query.status();
    const isReading = query.isRealTime && /^Processing new data/.test(message);
    if (isReading || /^Waiting for/.test(message) || (await query.lastProgress()) !== undefined) return;
    try {
      await delay(250, undefined, { signal: limit });
    } catch (error) {
      if (signal.aborted) throw error;
      // It works on a first batch that is a large one.
      if (isDataAvailable) return;
      throw new OperatorError(
        'QUERY_SLOW',
        `${query.name} has not looked for data within ${FIRST_LOOK_TIMEOUT_MS / 1000} s: ${message}`,
        {
          next: 'The log of the Spark server tells what it waits for.',
        },
      );
    }
  }
}
