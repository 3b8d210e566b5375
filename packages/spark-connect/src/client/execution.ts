import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import {
  type ExecutePlanRequest,
  type ExecutePlanResponse,
  ReattachExecuteRequestSchema,
  type ReleaseExecuteRequest,
  ReleaseExecuteRequest_ReleaseAllSchema,
  ReleaseExecuteRequestSchema,
  SparkConnectService,
} from '../gen/spark/connect/base_pb.js';
import type { Channel } from './channel.ts';
import type { Logger } from './logger.ts';
import { hasErrorClass, isOrphaned, isRetriable, serverRetryDelayMs } from './retriable.ts';
import { pause, type RetryPolicy, RetryState } from './retry-policy.ts';

// The server buffers what we have not released: it is told after every so many bytes, not after every response.
const RELEASE_AFTER_BYTES = 4 * 1024 * 1024;

// Longer than a connection that comes to nothing takes to fail (20 s).
const STEADY_AFTER_MS = 30_000;

const OPERATION_NOT_FOUND = 'INVALID_HANDLE.OPERATION_NOT_FOUND';
const SESSION_NOT_FOUND = 'INVALID_HANDLE.SESSION_NOT_FOUND';

const { executePlan, reattachExecute, releaseExecute } = SparkConnectService.method;

interface ExecutionContext {
  readonly channel: Channel;
  readonly retryPolicy: RetryPolicy;
  readonly logger: Logger;
  /** Fires when the session's own program closes it: a pause between two attempts ends at once. */
  readonly lifetime: AbortSignal;
}

/**
 * Runs one reattachable execution: the server keeps the result until it is released, so a broken connection is taken up
 * again after the last response that arrived. The stream is complete only when the server says `resultComplete`; a
 * stream that merely ends (the server ends each after some minutes) is attached to again.
 *
 * The request must carry an operation id and ask for reattaching.
 * @see https://github.com/apache/spark/blob/master/sql/connect/common/src/main/protobuf/spark/connect/base.proto
 */
export async function* reattachableExecution(
  { channel, retryPolicy, logger, lifetime }: ExecutionContext,
  given: ExecutePlanRequest,
  signal?: AbortSignal,
): AsyncGenerator<ExecutePlanResponse, void, undefined> {
  let request = given;
  const retries = new RetryState(retryPolicy);
  const release = (release: ReleaseExecuteRequest['release']) =>
    channel.unary(releaseExecute, releaseRequest(request, release)).catch((error: unknown) => {
      // The server lets go of abandoned executions by itself; a failure here costs memory there, no rows here.
      logger.debug(`releasing operation ${request.operationId} failed: ${String(error)}`);
    });
  let lastResponseId: string | undefined;
  let open = () => channel.serverStream(executePlan, request, signal);
  let unreleasedBytes = 0;
  let finished = false;
  let isGone = false;
  try {
    while (!finished) {
      const openedAt = performance.now();
      let answered = false;
      try {
        for await (const response of open()) {
          answered = true;
          retries.reset();
          lastResponseId = response.responseId;
          if (response.responseType.case === 'resultComplete') {
            finished = true;
            break;
          }
          yield response;
          if (response.responseType.case === 'arrowBatch')
            unreleasedBytes += response.responseType.value.data.byteLength;
          if (unreleasedBytes >= RELEASE_AFTER_BYTES) {
            unreleasedBytes = 0;
            void release({
              case: 'releaseUntil',
              value: { $typeName: 'spark.connect.ReleaseExecuteRequest.ReleaseUntil', responseId: response.responseId },
            });
          }
        }
        open = () => channel.serverStream(reattachExecute, reattachRequest(request, lastResponseId), signal);
        // A server that ends every stream at once must not be asked without a pause.
        if (!finished && !answered) await pause(retryPolicy.initialBackoffMs, signal, lifetime);
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (lifetime.aborted) throw lifetime.reason;
        // A long wait (awaitTermination) brings no response for hours: what cuts it now and then must not use up the attempts.
        if (performance.now() - openedAt >= STEADY_AFTER_MS) retries.reset();
        const unknown = [OPERATION_NOT_FOUND, SESSION_NOT_FOUND].find((known) => hasErrorClass(error, known));
        if (unknown !== undefined && lastResponseId === undefined) {
          // The request never reached the server: executing is safe, since nothing of it was run.
          open = () => channel.serverStream(executePlan, request, signal);
        } else if (isOrphaned(error) && lastResponseId === undefined && request.plan?.opType.case === 'root') {
          // The server was about to start it when we attached, and has dropped it: it may have begun, which does no harm to a query.
          request = { ...request, operationId: randomUUID() };
          open = () => channel.serverStream(executePlan, request, signal);
        } else if (unknown !== undefined) {
          isGone = true;
          throw resultLost(unknown, error);
        } else if (isRetriable(error)) {
          open = () => channel.serverStream(reattachExecute, reattachRequest(request, lastResponseId), signal);
        } else {
          throw error;
        }
        const waitMs = retries.next(serverRetryDelayMs(error));
        if (waitMs === undefined) throw error;
        logger.info(`operation ${request.operationId}: ${String(error)}; trying again in ${Math.round(waitMs)} ms`);
        await pause(waitMs, signal, lifetime);
      }
    }
  } finally {
    // Also when the reader stopped early: the server would keep the rest for minutes.
    if (!isGone && !lifetime.aborted) {
      void release({ case: 'releaseAll', value: create(ReleaseExecuteRequest_ReleaseAllSchema) });
    }
  }
}

/** The rows that came are part of a result that cannot be had whole any more. */
function resultLost(errorClass: string, cause: unknown): SparkConnectError {
  if (errorClass === SESSION_NOT_FOUND) {
    const why = 'the server lost the result while it was being read: it restarted, or the session ended';
    return new SparkConnectError('session-closed', why, { errorClass, cause });
  }
  const why = 'the server let go of the result while it was being read, perhaps since nobody read on for long';
  return new SparkConnectError('not-found', `${why}: the session lives, and the action can be run again`, {
    errorClass,
    cause,
  });
}

function reattachRequest(request: ExecutePlanRequest, lastResponseId: string | undefined) {
  return create(ReattachExecuteRequestSchema, {
    ...operationOf(request),
    ...(lastResponseId === undefined ? {} : { lastResponseId }),
  });
}

function releaseRequest(request: ExecutePlanRequest, release: ReleaseExecuteRequest['release']) {
  return create(ReleaseExecuteRequestSchema, { ...operationOf(request), release });
}

function operationOf(request: ExecutePlanRequest) {
  return {
    sessionId: request.sessionId,
    operationId: request.operationId ?? '',
    ...(request.userContext ? { userContext: request.userContext } : {}),
    ...(request.clientType === undefined ? {} : { clientType: request.clientType }),
    ...(request.clientObservedServerSideSessionId === undefined
      ? {}
      : { clientObservedServerSideSessionId: request.clientObservedServerSideSessionId }),
  };
}
