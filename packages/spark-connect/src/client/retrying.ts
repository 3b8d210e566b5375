import { isStreamRemoved, SparkConnectError } from '../errors.ts';
import type { Line } from './line.ts';
import type { Logger } from './logger.ts';
import { isRetriable, isServiceError, serverRetryDelayMs } from './retriable.ts';
import { pause, type RetryPolicy, RetryState } from './retry-policy.ts';

// A token that has ended is replaced for the second attempt; more than a few refusals are no accident.
const MAX_REFUSALS = 3;

export interface RetryContext {
  /** The call's name, for the log. */
  readonly name: string;
  readonly line: Line;
  readonly retryPolicy: RetryPolicy;
  readonly logger: Logger;
  /** Fires when the session's own program closes it. */
  readonly lifetime: AbortSignal;
  readonly signal?: AbortSignal | undefined;
  /** Whether a failure may pass; as Spark's own clients judge it, where nothing is given. */
  readonly mayPass?: ((error: unknown) => boolean) | undefined;
}

/** Makes a call until it succeeds or its policy ends; then it fails as the last attempt did, unmapped. */
export async function retrying<T>(context: RetryContext, call: () => Promise<T>): Promise<T> {
  const { line, lifetime, signal, mayPass = isRetriable } = context;
  const retries = new RetryState(context.retryPolicy);
  for (let refusals = 0; ; ) {
    lifetime.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (line.hasCredentials && isServiceError(error) && isStreamRemoved(error) && ++refusals > MAX_REFUSALS) {
        const why = `what stands before ${line.address} cuts every call off: it does not accept the token`;
        throw new SparkConnectError('unauthenticated', why, { cause: error });
      }
      const waitMs = mayPass(error) && !lifetime.aborted ? retries.next(serverRetryDelayMs(error)) : undefined;
      if (waitMs === undefined) throw error;
      context.logger.info(`${context.name}: ${String(error)}; trying again in ${Math.round(waitMs)} ms`);
      await pause(waitMs, signal, lifetime);
    }
  }
}
