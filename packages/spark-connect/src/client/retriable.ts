import { fromBinary } from '@bufbuild/protobuf';
import type { ServiceError } from '@grpc/grpc-js';
import { isStreamRemoved } from '../errors.ts';
import { RetryInfoSchema } from '../gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../gen/google/rpc/status_pb.js';
import { status } from '../grpc-status.ts';

/** This gRPC library's words for HTTP/2's ENHANCE_YOUR_CALM. */
const TOO_MANY_PINGS = 'Bandwidth exhausted or memory limit exceeded';

/** Whether trying the same call again may help, as Spark's own clients judge it. */
export function isRetriable(error: unknown): boolean {
  if (!isServiceError(error)) return false;
  if (error.code === status.UNAVAILABLE) return true;
  // A proxy cut the call off, e.g. since its token had ended: the next attempt has a new one.
  if (isStreamRemoved(error)) return true;
  // The server counted our pings and ended the connection; gRPC sends fewer on the next one.
  if (error.code === status.RESOURCE_EXHAUSTED && error.details === TOO_MANY_PINGS) return true;
  // Another call took the response stream over; attaching again takes it back.
  if (error.code === status.INTERNAL && error.details.includes('INVALID_CURSOR.DISCONNECTED')) return true;
  return serverRetryDelayMs(error) !== undefined;
}

/** The server's own wish for the pause before the next attempt, in milliseconds. */
export function serverRetryDelayMs(error: unknown): number | undefined {
  if (!isServiceError(error)) return undefined;
  const [encoded] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(encoded instanceof Uint8Array)) return undefined;
  try {
    const detail = fromBinary(StatusSchema, encoded).details.find(({ typeUrl }) =>
      typeUrl.endsWith('/google.rpc.RetryInfo'),
    );
    if (detail === undefined) return undefined;
    const { retryDelay } = fromBinary(RetryInfoSchema, detail.value);
    return retryDelay ? Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6 : 0;
  } catch {
    // A proxy may cut the trailer off; the plain status still says what happened.
    return undefined;
  }
}

/** Whether the error carries this error class, e.g. `INVALID_HANDLE.OPERATION_NOT_FOUND`. */
export function hasErrorClass(error: unknown, errorClass: string): boolean {
  return isServiceError(error) && error.details.includes(errorClass);
}

/**
 * Whether the server has dropped an execution that it had taken, and not yet started: a reattach that comes in between takes it for dead.
 * @see https://github.com/apache/spark/blob/master/sql/connect/server/src/main/scala/org/apache/spark/sql/connect/service/SparkConnectExecutionManager.scala
 *   (reattachExecuteHolder)
 */
export function isOrphaned(error: unknown): boolean {
  return isServiceError(error) && error.code === status.INTERNAL && error.details.includes('Operation was orphaned');
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}
