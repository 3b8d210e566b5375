import { setTimeout as delay } from 'node:timers/promises';
import { SparkConnectError } from '@instant-health/spark-connect';
import { isTransient } from '../database/index.ts';
import { codeOf, type Environment, formatDuration, messageOf, OperatorError } from '../settings/index.ts';
import { backOffMs } from './alerts/back-off.ts';
import { follow, stopAll } from './follow.ts';
import type { Job } from './job.ts';
import { startJob } from './running-job.ts';
import { waitForTurn } from './standby.ts';
import { startOptions } from './start-options.ts';
import type { SubmitOptions, SubmitSurroundings } from './submit-options.ts';
import type { SparkServer } from './targets/spark-server.ts';

interface StandbySurroundings extends SubmitSurroundings {
  readonly server: SparkServer;
  readonly environment: Environment;
  /** Turns what Spark reports into a line for people. */
  readonly explain: (error: unknown) => unknown;
}

/** Somebody else leads now, or what the job needs is away for a while: everything else would fail again and again. */
const PASSING = new Set([
  'TAKEN_OVER',
  'FENCED',
  'LEASE_LOST',
  'WORKER_LOST',
  'WORKER_SLOW',
  'ALREADY_RUNNING',
  'SPARK_UNREACHABLE',
  'DATABASE_UNREACHABLE',
  'KAFKA_UNREACHABLE',
  'HDFS_UNREACHABLE',
]);

const AGAIN = { firstMs: 500, mostMs: 10_000 };

/**
 * `--standby`: leads the job or waits for its turn, for ever. Who has lost the lead, frozen for a while or cut off, becomes
 * one who waits. Ends when the job is stopped (`npm run stop`), on Ctrl-C, and on failures that waiting does not mend.
 */
export async function submitStandby(
  job: Job,
  options: SubmitOptions,
  surroundings: StandbySurroundings,
): Promise<void> {
  const { server, environment, signal, log, explain } = surroundings;
  for (let failures = 0; ; ) {
    const claim = await waitForTurn(job, { server, environment, log, signal });
    if (claim === undefined) {
      log.info(`${job.name} was stopped`);
      return;
    }
    try {
      const start = startOptions(environment, server, options, surroundings);
      const running = await startJob(job, { ...start, claim });
      failures = 0;
      try {
        await follow([running], options, surroundings);
      } finally {
        await stopAll([running], log);
      }
      return;
    } catch (error) {
      const explained = explain(error);
      if (signal.aborted || !isPassing(explained)) throw explained;
      failures += 1;
      const waitMs = backOffMs(failures, AGAIN);
      log.warn(`${messageOf(explained)}; standing by again in ${formatDuration(waitMs)}`);
      await delay(waitMs, undefined, { signal });
    }
  }
}

/** Whether waiting may mend it. */
export function isPassing(error: unknown): boolean {
  const cause = error instanceof OperatorError ? error.cause : error;
  const isSessionLost =
    cause instanceof SparkConnectError && (cause.code === 'session-closed' || cause.code === 'unavailable');
  return isSessionLost || PASSING.has(codeOf(error)) || isTransient(error);
}
