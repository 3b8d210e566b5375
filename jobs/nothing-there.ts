import { SparkConnectError } from '@instant-health/spark-connect';

/**
 * Whether Spark failed to read since the directory is missing, or there is no file in it to take a schema from. A sink's
 * directory that has its log, but no batch in it yet, is told by a message that never got an error class of its own.
 */
export function isNothingThere(error: unknown): boolean {
  if (!(error instanceof SparkConnectError)) return false;
  if (['PATH_NOT_FOUND', 'UNABLE_TO_INFER_SCHEMA'].includes(error.errorClass ?? '')) return true;
  return /^(?:\[\w+\] )?Unable to infer schema for \w+ at /.test(error.message);
}
