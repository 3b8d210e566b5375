import { SparkConnectError } from '../errors.ts';
import { isLasting } from './explain.ts';
import { isRetriable, isServiceError } from './retriable.ts';
import type { SessionCalls } from './session-calls.ts';
import { MAX_TIMER_MS } from './timer-limit.ts';

/**
 * Asks the server for its version, so that a wrong address fails here and not at the first query.
 *
 * @param given gives up, beside the time that it may take
 * @throws SparkConnectError `unavailable` where nobody answered in time, with the last failure's reason
 */
export async function firstCall(calls: SessionCalls, timeoutMs: number, given: AbortSignal | undefined): Promise<void> {
  const { line } = calls;
  const late = timeoutMs > MAX_TIMER_MS ? undefined : AbortSignal.timeout(Math.ceil(timeoutMs));
  const signals = [late, given].filter((signal) => signal !== undefined);
  const signal = AbortSignal.any(signals);
  let failure: unknown;
  const mayPass = (error: unknown) => {
    if (isServiceError(error)) failure = error;
    return isRetriable(error) && !isLasting(error, line);
  };
  try {
    await calls.askVersion({ signal, mayPass });
  } catch (error) {
    if (given?.aborted || !late?.aborted) throw error;
    const last = failure === undefined ? undefined : await calls.explain(failure, undefined);
    const reason = last instanceof SparkConnectError ? last.message : 'is it Spark Connect, and with TLS or without?';
    throw new SparkConnectError(
      'unavailable',
      `no Spark Connect server answered at ${line.address} within ${timeoutMs} ms: ${reason}`,
      { cause: last ?? error },
    );
  }
}
