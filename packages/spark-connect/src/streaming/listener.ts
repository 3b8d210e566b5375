import { parseExactJson } from './exact-json.ts';
import { parseProgress, readProgress, type StreamingQueryProgress } from './progress.ts';

/**
 * A query has started; told before the call that starts it returns.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryListener.html
 */
export interface QueryStartedEvent {
  /** Stays the same over restarts from one checkpoint. */
  readonly id: string;
  /** New with every start. */
  readonly runId: string;
  /** As the writer named it; null where it did not. */
  readonly name: string | null;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  /** The tags of its jobs on the server. */
  readonly jobTags: readonly string[];
}

/**
 * A micro-batch is done.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryListener.html
 */
export interface QueryProgressEvent {
  /** The batch's report. */
  readonly progress: StreamingQueryProgress;
}

/**
 * A query has found no new data for a while. Since Spark 4.0.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryListener.html
 */
export interface QueryIdleEvent {
  /** Stays the same over restarts from one checkpoint. */
  readonly id: string;
  /** New with every start. */
  readonly runId: string;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

/**
 * A query has ended: it was stopped, or it failed.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryListener.html
 */
export interface QueryTerminatedEvent {
  /** Stays the same over restarts from one checkpoint. */
  readonly id: string;
  /** New with every start. */
  readonly runId: string;
  /** Why it failed; null where it was stopped. */
  readonly exception: string | null;
  /** Spark's error class of that failure, where it has one. */
  readonly errorClassOnException: string | null;
  /** What the foreachBatch handler threw, where that ran in this process. */
  readonly cause?: unknown;
}

/**
 * Is told of every streaming query of a session. What it throws is logged and harms nothing.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryListener.html
 */
export interface StreamingQueryListener {
  /** A query has started. */
  onQueryStarted?(event: QueryStartedEvent): void | Promise<void>;
  /** A micro-batch is done. */
  onQueryProgress?(event: QueryProgressEvent): void | Promise<void>;
  /** A query waits for data. Since Spark 4.0. */
  onQueryIdle?(event: QueryIdleEvent): void | Promise<void>;
  /** A query was stopped, or has failed. */
  onQueryTerminated?(event: QueryTerminatedEvent): void | Promise<void>;
}

export type ListenerEvent =
  | { readonly of: 'started'; readonly event: QueryStartedEvent }
  | { readonly of: 'progress'; readonly event: QueryProgressEvent }
  | { readonly of: 'idle'; readonly event: QueryIdleEvent }
  | { readonly of: 'terminated'; readonly event: QueryTerminatedEvent };

/** Hands an event to the listener's method for it. */
export async function tell(listener: StreamingQueryListener, told: ListenerEvent): Promise<void> {
  if (told.of === 'started') await listener.onQueryStarted?.(told.event);
  else if (told.of === 'progress') await listener.onQueryProgress?.(told.event);
  else if (told.of === 'idle') await listener.onQueryIdle?.(told.event);
  else await listener.onQueryTerminated?.(told.event);
}

export function startedEvent(json: string): ListenerEvent {
  const { id, runId, name = null, timestamp, jobTags = [] } = JSON.parse(json) as QueryStartedEvent;
  return { of: 'started', event: { id, runId, name, timestamp, jobTags } };
}

export function progressEvent(json: string): ListenerEvent {
  const { progress } = parseExactJson(json) as { progress: unknown };
  return {
    of: 'progress',
    event: { progress: typeof progress === 'string' ? parseProgress(progress) : readProgress(progress) },
  };
}

export function idleEvent(json: string): ListenerEvent {
  const { id, runId, timestamp } = JSON.parse(json) as QueryIdleEvent;
  return { of: 'idle', event: { id, runId, timestamp } };
}

export function terminatedEvent(json: string): ListenerEvent {
  const { id, runId, exception = null, errorClassOnException = null } = JSON.parse(json) as QueryTerminatedEvent;
  return { of: 'terminated', event: { id, runId, exception, errorClassOnException } };
}
