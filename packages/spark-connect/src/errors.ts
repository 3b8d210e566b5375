import { fromBinary } from '@bufbuild/protobuf';
import { codeOfGrpcStatus, codeOfServerError, type SparkConnectErrorCode } from './error-codes.ts';
import { partStack, withoutPlan } from './error-message.ts';
import { type ErrorInfo, ErrorInfoSchema } from './gen/google/rpc/error_details_pb.js';
import { StatusSchema } from './gen/google/rpc/status_pb.js';
import { status } from './grpc-status.ts';

export type { SparkConnectErrorCode } from './error-codes.ts';

/** What the server told beyond the message; every part may be absent. */
export interface SparkConnectErrorDetails {
  readonly errorClass?: string | undefined;
  readonly sqlState?: string | undefined;
  readonly messageParameters?: Readonly<Record<string, string>> | undefined;
  readonly exceptionClass?: string | undefined;
  readonly queryContexts?: readonly QueryContext[] | undefined;
  readonly serverStackTrace?: string | undefined;
  /** The key under which the server keeps the full error for FetchErrorDetails. */
  readonly errorId?: string | undefined;
  readonly grpcCode?: number | undefined;
  readonly cause?: unknown;
}

/** Which part of a query an error is about. */
export interface QueryContext {
  /** `sql`: `fragment` is part of the statement; `dataframe`: of the program, at `callSite`. */
  readonly contextType: 'sql' | 'dataframe';
  /** E.g. VIEW and its name, where the part is in one. */
  readonly objectType: string;
  /** Its name; empty where it has none. */
  readonly objectName: string;
  /** The first character of the part in the statement, from 0. */
  readonly startIndex: number;
  /** The last character of the part, from 0. */
  readonly stopIndex: number;
  /** The text of the part; for a DataFrame the method that was called. */
  readonly fragment: string;
  /** Where in the program a DataFrame was made, as far as the server knows. */
  readonly callSite: string;
  /** All of this as text for people. */
  readonly summary: string;
}

/**
 * The one error of this package.
 *
 * `errorClass` and `sqlState` are Spark's own;
 * `cause` is the next of the server's own causes, where it tells them (from 4.0 on), or the error underneath.
 * `serverStackTrace` and `queryContexts` are there for who asks, and not printed with the error.
 *
 * @see https://spark.apache.org/docs/latest/sql-error-conditions.html
 */
export class SparkConnectError extends Error {
  /** Tells it from other errors in logs. */
  override readonly name = 'SparkConnectError';
  /** A stable word to branch on. */
  readonly code: SparkConnectErrorCode;
  // Declared only: an absent part is no own property, so that a printed error shows what there is.
  /** Spark's error class, e.g. `TABLE_OR_VIEW_NOT_FOUND`. */
  declare readonly errorClass?: string;
  /** The SQLSTATE, five characters. */
  declare readonly sqlState?: string;
  /** What Spark put into its message. */
  declare readonly messageParameters?: Readonly<Record<string, string>>;
  /** The Java class of the server's exception. */
  declare readonly exceptionClass?: string;
  /** Which parts of statements the error is about. */
  declare readonly queryContexts?: readonly QueryContext[];
  /** The server's stack; from 4.0 on with those of all causes, unless `spark.sql.connect.serverStacktrace.enabled` is off. */
  declare readonly serverStackTrace?: string;
  /** Under which the server keeps the details. */
  declare readonly errorId?: string;
  /** gRPC's status code, where the error came by it. */
  declare readonly grpcCode?: number;

  constructor(code: SparkConnectErrorCode, message: string, details: SparkConnectErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    deepenStack(this);
    this.code = code;
    if (details.errorClass !== undefined) this.errorClass = details.errorClass;
    if (details.sqlState !== undefined) this.sqlState = details.sqlState;
    if (details.messageParameters !== undefined) this.messageParameters = details.messageParameters;
    if (details.exceptionClass !== undefined) this.exceptionClass = details.exceptionClass;
    if (details.queryContexts?.length) hide(this, 'queryContexts', details.queryContexts);
    if (details.serverStackTrace) hide(this, 'serverStackTrace', details.serverStackTrace);
    if (details.errorId !== undefined) this.errorId = details.errorId;
    if (details.grpcCode !== undefined) this.grpcCode = details.grpcCode;
  }

  /** The same error, whose message goes on with a line that says what to do. */
  withAdvice(advice: string): SparkConnectError {
    return new SparkConnectError(this.code, `${this.message}\n${advice}`, this);
  }

  /**
   * Makes a SparkConnectError of anything that was thrown.
   *
   * @param thrown a SparkConnectError (kept as it is), a gRPC ServiceError, an AbortError or anything else
   * @param fallbackCode the code where the thrown thing names none
   */
  static from(thrown: unknown, fallbackCode: SparkConnectErrorCode = 'internal'): SparkConnectError {
    if (thrown instanceof SparkConnectError) return thrown;
    if (isGrpcError(thrown)) return fromGrpc(thrown, fallbackCode);
    if (thrown instanceof Error)
      return new SparkConnectError(codeOfName(thrown.name) ?? fallbackCode, thrown.message, { cause: thrown });
    return new SparkConnectError(fallbackCode, String(thrown), { cause: thrown });
  }
}

/** How many of our own calls lie between an action of the program and the place where its error is made, and some more. */
const OWN_FRAMES = 15;

/** Node keeps ten calls of a stack, which would all be ours: the line of the program that asked is the one that helps. */
function deepenStack(error: Error): void {
  const { value: limit, writable } = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') ?? {};
  // A program may do without stacks, or may have frozen what it shares with its packages.
  if (!writable || typeof limit !== 'number' || !(limit > 0)) return;
  Error.stackTraceLimit = limit + OWN_FRAMES;
  Error.captureStackTrace(error, error.constructor);
  Error.stackTraceLimit = limit;
}

/** A property that is there, and that `console.log` and loggers leave out. */
function hide(error: SparkConnectError, name: keyof SparkConnectErrorDetails, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false });
}

/** The parts of a grpc-js ServiceError that are read here. */
interface GrpcError extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata?: { get(key: string): ReadonlyArray<string | Uint8Array> } | undefined;
}

function isGrpcError(thrown: unknown): thrown is GrpcError {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'number' &&
    'details' in thrown &&
    typeof thrown.details === 'string'
  );
}

/** DOMException's names, as AbortSignal's reasons carry them. */
function codeOfName(name: string): SparkConnectErrorCode | undefined {
  if (name === 'AbortError') return 'aborted';
  return name === 'TimeoutError' ? 'timeout' : undefined;
}

function fromGrpc(error: GrpcError, fallbackCode: SparkConnectErrorCode): SparkConnectError {
  const { message: statusMessage, info } = readStatus(error);
  const metadata: Readonly<Record<string, string>> = info?.metadata ?? {};
  const exceptionClass = info?.reason || undefined;
  const { message: told, stackTrace } = partStack(statusMessage || error.details || error.message);
  // What grpc-js leaves behind where name resolution had nothing to say.
  const message = info ? withoutPlan(told, exceptionClass) : told.replace(/\s*Resolution note:$/, '');
  const errorClass = metadata.errorClass ?? errorClassIn(message);
  const sqlState = metadata.sqlState ?? sqlStateIn(message);
  const javaClasses = quotedStrings(metadata.classes);
  if (info && !javaClasses.includes(info.reason)) javaClasses.push(info.reason);
  const code =
    codeOfServerError(errorClass, javaClasses) ??
    (isStreamRemoved(error) ? 'unauthenticated' : undefined) ??
    codeOfGrpcStatus(error.code) ??
    (info ? 'execution' : fallbackCode);
  return new SparkConnectError(code, message, {
    errorClass,
    sqlState,
    messageParameters: parameters(metadata.messageParameters),
    exceptionClass,
    serverStackTrace: metadata.stackTrace ?? stackTrace,
    errorId: metadata.errorId,
    grpcCode: error.code,
    cause: error,
  });
}

/**
 * Whether something on the way cut a call off without a word of the server's: so EMR's proxy does when a token has ended.
 * The second form is how this gRPC library tells of a stream that just ends.
 */
export function isStreamRemoved({ code, details }: { readonly code: number; readonly details: string }): boolean {
  if (code === status.UNKNOWN) return /stream removed/i.test(details);
  return code === status.INTERNAL && details.includes('Call ended without gRPC status');
}

function readStatus(error: GrpcError): { message: string; info: ErrorInfo | undefined } {
  const [encoded] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!(encoded instanceof Uint8Array)) return { message: '', info: undefined };
  try {
    const decoded = fromBinary(StatusSchema, encoded);
    const detail = decoded.details.find((any) => any.typeUrl.endsWith('/google.rpc.ErrorInfo'));
    return { message: decoded.message, info: detail && fromBinary(ErrorInfoSchema, detail.value) };
  } catch {
    // A proxy may cut the trailer off; the plain status still says what happened.
    return { message: '', info: undefined };
  }
}

function errorClassIn(message: string): string | undefined {
  return /^\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\]/.exec(message)?.[1];
}

function sqlStateIn(message: string): string | undefined {
  return /\bSQLSTATE: ([0-9A-Z]{5})\b/.exec(message)?.[1];
}

/** The server cuts long values off, so that the JSON array of class names may lack its end: take the whole names. */
function quotedStrings(json: string | undefined): string[] {
  return Array.from((json ?? '').matchAll(/"([^"]+)"/g), (match) => match[1] ?? '');
}

function parameters(json: string | undefined): Record<string, string> | undefined {
  if (!json) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
  } catch {
    return undefined;
  }
}

/** What a caller did wrong, before anything is sent. */
export function invalid(what: string): SparkConnectError {
  return new SparkConnectError('invalid-argument', what);
}
