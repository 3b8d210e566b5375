import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';

/** What a foreachBatch handler threw; an object, since that may be undefined. */
export interface HandlerFailure {
  readonly error: unknown;
}

// Handlers that fail again and again with every start of their query should not fill a process that runs for months.
const MAX_KEPT = 100;
const failures = new WeakMap<SessionClient, Map<string, HandlerFailure>>();

/** Keeps what the handler of a run threw: Spark tells of the failure in words only, and 3.5 in none. */
export function keepHandlerFailure(client: SessionClient, runId: string, error: unknown): void {
  const kept = failures.get(client) ?? new Map<string, HandlerFailure>();
  failures.set(client, kept.set(runId, { error }));
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_KEPT) break;
    kept.delete(oldest);
  }
}

/** What the handler of a run threw, where it ran in this process and the run is one of the last hundred that failed so. */
export function handlerFailure(client: SessionClient, runId: string): HandlerFailure | undefined {
  return failures.get(client)?.get(runId);
}

/** The run that the server tells the failure of, or ''. 3.5 sends no parameters; the message has it in all versions. */
export function failedRun(error: unknown): string {
  if (!(error instanceof SparkConnectError)) return '';
  return /\brunId = ([0-9a-f-]{36})\b/.exec(error.message)?.[1] ?? '';
}

/** The server's report of a failed query as an error of its own code, with what the handler threw as its cause. */
export function asQueryFailure(client: SessionClient, error: unknown): unknown {
  if (!(error instanceof SparkConnectError) || (error.code !== 'execution' && error.code !== 'query-failed'))
    return error;
  const { message, errorClass, sqlState, messageParameters, serverStackTrace } = error;
  const failure = handlerFailure(client, failedRun(error));
  if (error.code === 'query-failed' && failure === undefined) return error;
  return new SparkConnectError('query-failed', message, {
    cause: failure === undefined ? error : failure.error,
    errorClass,
    sqlState,
    messageParameters,
    serverStackTrace,
  });
}
