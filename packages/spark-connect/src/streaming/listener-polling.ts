import type { CallOptions } from '../client/connect-options.ts';
import { pause } from '../client/retry-policy.ts';
import type { SessionClient } from '../client/session-client.ts';
import type { ListenerEvent } from './listener.ts';
import { activeQueries } from './manager-command.ts';
import { StreamingQuery } from './streaming-query.ts';

const POLL_MS = 500;
const OWN: CallOptions = { isOwn: true };

interface Watched {
  readonly query: StreamingQuery;
  /** The time of the last report that was told. */
  lastTimestamp: string;
}

/**
 * Events for Spark 3.5, which has no listeners over Connect, and for a session that another client listens in, since Spark 4
 * serves one: the session's queries are asked every half a second. A query that starts and ends between two looks is missed,
 * and nothing tells of idleness.
 */
export async function* pollEvents(
  client: SessionClient,
  signal: AbortSignal,
  ready: () => void,
): AsyncGenerator<ListenerEvent, void, undefined> {
  const watched = new Map<string, Watched>();
  for (;;) {
    const isLast = signal.aborted;
    const active = await activeQueries(client, OWN);
    for (const query of active) {
      if (watched.has(query.runId)) continue;
      watched.set(query.runId, { query, lastTimestamp: '' });
      yield started(query);
    }
    ready();
    for (const each of [...watched.values()]) {
      const isActive = active.some(({ runId }) => runId === each.query.runId);
      yield* newReports(each);
      if (isActive) continue;
      watched.delete(each.query.runId);
      yield await terminated(each.query);
    }
    if (isLast) return;
    await pause(POLL_MS, signal).catch(() => undefined);
  }
}

function started({ id, runId, name }: StreamingQuery): ListenerEvent {
  return { of: 'started', event: { id, runId, name: name ?? null, timestamp: new Date().toISOString(), jobTags: [] } };
}

async function* newReports(watched: Watched): AsyncGenerator<ListenerEvent, void, undefined> {
  for (const progress of await watched.query.recentProgress(OWN)) {
    if (progress.timestamp <= watched.lastTimestamp) continue;
    watched.lastTimestamp = progress.timestamp;
    yield { of: 'progress', event: { progress } };
  }
}

/** The ends of those of the runs that are over, each known with its query's id. */
export async function* missedEnds(
  client: SessionClient,
  runs: ReadonlyMap<string, string>,
): AsyncGenerator<ListenerEvent, void, undefined> {
  const active = await activeQueries(client, OWN);
  for (const [runId, id] of [...runs]) {
    if (active.some((query) => query.runId === runId)) continue;
    yield await terminated(new StreamingQuery(client, { id, runId, name: undefined }));
  }
}

async function terminated(query: StreamingQuery): Promise<ListenerEvent> {
  const failure = await query.exception(OWN);
  const { id, runId } = query;
  const errorClassOnException = failure?.errorClass ?? null;
  return { of: 'terminated', event: { id, runId, exception: failure?.message ?? null, errorClassOnException } };
}
