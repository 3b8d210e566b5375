import { status } from './grpc-status.ts';

/** What went wrong, as a stable word to branch on; the message is for people. */
export type SparkConnectErrorCode =
  | 'invalid-argument'
  | 'invalid-connection-string'
  | 'unavailable'
  | 'unauthenticated'
  | 'analysis'
  | 'execution'
  | 'query-failed'
  | 'session-closed'
  | 'not-found'
  | 'aborted'
  | 'timeout'
  | 'unsupported'
  | 'protocol'
  | 'decode'
  | 'encode'
  | 'handler'
  | 'internal';

/** For what a Spark server says of an error: its class, and its exception's Java classes. */
export function codeOfServerError(
  errorClass: string | undefined,
  javaClasses: readonly string[],
): SparkConnectErrorCode | undefined {
  return codeOfErrorClass(errorClass) ?? codeOfJavaClasses(javaClasses);
}

function codeOfErrorClass(errorClass: string | undefined): SparkConnectErrorCode | undefined {
  switch (errorClass) {
    case 'INVALID_HANDLE.SESSION_CLOSED':
    case 'INVALID_HANDLE.SESSION_CHANGED':
    case 'INVALID_HANDLE.SESSION_NOT_FOUND':
      return 'session-closed';
    case 'INVALID_HANDLE.OPERATION_NOT_FOUND':
      return 'not-found';
    case 'INVALID_HANDLE.OPERATION_ABANDONED':
    case 'OPERATION_CANCELED':
      return 'aborted';
    default:
      return undefined;
  }
}

/** Most telling class first: the server lists a class together with all its parents. */
const CODES_OF_JAVA_CLASSES: ReadonlyArray<readonly [string, SparkConnectErrorCode]> = [
  ['org.apache.spark.sql.streaming.StreamingQueryException', 'query-failed'],
  ['org.apache.spark.sql.catalyst.parser.ParseException', 'analysis'],
  ['org.apache.spark.sql.catalyst.ExtendedAnalysisException', 'analysis'],
  ['org.apache.spark.sql.AnalysisException', 'analysis'],
  // What a newer client may ask of an older server: a relation, an expression or a command that it does not know.
  ['org.apache.spark.sql.connect.common.InvalidPlanInput', 'unsupported'],
  ['java.util.NoSuchElementException', 'not-found'],
  ['java.lang.UnsupportedOperationException', 'unsupported'],
  // A value that cannot be cast: Java counts it among the illegal arguments, but it is the data that is at fault.
  ['java.lang.NumberFormatException', 'execution'],
  ['java.lang.IllegalArgumentException', 'invalid-argument'],
];

function codeOfJavaClasses(classes: readonly string[]): SparkConnectErrorCode | undefined {
  const known = CODES_OF_JAVA_CLASSES.find(([name]) => classes.includes(name));
  if (known) return known[1];
  return classes.length > 0 ? 'execution' : undefined;
}

/** For errors that no Spark server has described. */
export function codeOfGrpcStatus(code: number): SparkConnectErrorCode | undefined {
  switch (code) {
    case status.CANCELLED:
      return 'aborted';
    case status.INVALID_ARGUMENT:
      return 'invalid-argument';
    case status.DEADLINE_EXCEEDED:
      return 'timeout';
    case status.NOT_FOUND:
      return 'not-found';
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return 'unauthenticated';
    case status.UNIMPLEMENTED:
      return 'unsupported';
    case status.UNAVAILABLE:
      return 'unavailable';
    case status.RESOURCE_EXHAUSTED:
      return 'protocol';
    default:
      return undefined;
  }
}
