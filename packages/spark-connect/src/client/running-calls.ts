import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { MAX_TIMER_MS } from './timer-limit.ts';

/** How long gRPC's own deadline, which tells more, may come after its time. */
const GRACE_MS = 50;

/** When a call is given up. */
export interface CallLimits {
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The calls of one channel, each of which ends when its signal fires, its time is over or the channel closes. gRPC alone
 * does not tell the end of a call that waits in an interceptor.
 */
export class RunningCalls {
  readonly #ends = new Set<() => void>();

  /**
   * Watches a call until it is let go.
   *
   * @param fail is told at once why the call ends, which is cancelled then
   * @returns lets the call go
   */
  watch(call: { cancel(): void }, { deadlineMs, signal }: CallLimits, fail: (reason: unknown) => void): () => void {
    const end = (reason: unknown) => {
      letGo();
      fail(reason);
      call.cancel();
    };
    const abort = () => end(signal?.reason);
    const close = () => end(serviceError(status.CANCELLED, 'the channel has been closed'));
    const timer =
      deadlineMs === undefined || deadlineMs + GRACE_MS > MAX_TIMER_MS
        ? undefined
        : setTimeout(
            () => end(serviceError(status.DEADLINE_EXCEEDED, `nothing came within ${deadlineMs} ms`)),
            deadlineMs + GRACE_MS,
          );
    const letGo = () => {
      clearTimeout(timer);
      this.#ends.delete(close);
      signal?.removeEventListener('abort', abort);
    };
    this.#ends.add(close);
    signal?.addEventListener('abort', abort, { once: true });
    return letGo;
  }

  /** Ends them all. */
  cancel(): void {
    for (const end of this.#ends) end();
  }
}

function serviceError(code: status, details: string): ServiceError {
  return Object.assign(new Error(`${code} ${status[code]}: ${details}`), { code, details, metadata: new Metadata() });
}
