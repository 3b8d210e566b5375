import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../settings/index.ts';
import { BatchFollower, batchLine } from './query-progress.ts';
import type { RunningJob } from './running-job.ts';
import type { SubmitOptions, SubmitSurroundings } from './submit-options.ts';

/** Prints each batch until all queries have ended, one has failed, or the signal fires. */
export async function follow(
  running: readonly RunningJob[],
  { json }: SubmitOptions,
  { signal, print, log, health }: SubmitSurroundings,
): Promise<void> {
  const over = new AbortController();
  const stopping = AbortSignal.any([signal, over.signal]);
  // Every query waits on it, with several calls each.
  setMaxListeners(0, stopping);
  const queries = running.flatMap((job) => job.queries.map((query) => ({ query, ...job.pace })));
  health?.follows(running);
  for (const { query } of queries) log.info(`${query.name} runs (id ${query.id})`);
  const followed = queries.map(async ({ query, followIntervalMs }) => {
    const follower = new BatchFollower(query);
    while (!stopping.aborted) {
      const reports = await follower.next().catch((error: unknown) => {
        // What matters of it is told by the query's own end.
        log.debug({ err: error }, `no progress of ${query.name}`);
        return undefined;
      });
      if (reports !== undefined) health?.heard(query.name, reports);
      for (const report of reports ?? []) print(json ? JSON.stringify(report) : batchLine(report));
      await delay(followIntervalMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  });
  const ended = running.map(async (job) => {
    await Promise.all(
      job.queries.map(async (query) => {
        await query.ended(stopping);
        await job.requireOwn();
        log.info(`${query.name} was stopped`);
      }),
    );
    // Somebody else stopped it, perhaps to take its place: do not hold on to it until the other jobs end.
    await job.stop();
  });
  try {
    await Promise.all(ended);
  } finally {
    over.abort();
    health?.follows([]);
    await Promise.allSettled([...ended, ...followed]);
  }
}

export async function stopAll(running: readonly RunningJob[], log: Logger): Promise<void> {
  const stops = running.map(({ job, stop }) =>
    stop().catch((error: unknown) => log.warn({ err: error }, `${job.name} could not be stopped cleanly`)),
  );
  await Promise.all(stops);
}
