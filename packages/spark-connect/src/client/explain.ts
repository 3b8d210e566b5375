/** What people should do about a failure: gRPC and TLS tell what happened, and rarely why. */
import { isStreamRemoved, SparkConnectError, type SparkConnectErrorCode } from '../errors.ts';
import { status } from '../grpc-status.ts';
import { NESTED_TOO_DEEPLY, STACK_OVERFLOW } from '../plan-depth.ts';
import { isCallHeadersFailure } from './call-headers.ts';
import type { Line } from './line.ts';
import { isServiceError } from './retriable.ts';

interface Explanation {
  readonly details: RegExp;
  /** For lines with TLS, or without; for both where it is left out. */
  readonly useTls?: boolean;
  readonly code?: SparkConnectErrorCode;
  readonly say: (address: string, match: RegExpExecArray) => string;
  /** Time does not heal it: a first call need not try again. */
  readonly lasting?: boolean;
}

/** The most telling first. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    details: /ECONNREFUSED/,
    say: (address) => `nobody listens at ${address}: is the server running, and is this its port?`,
  },
  {
    details: /Name resolution failed/,
    say: (address) => `the host of ${address} has no address: is its name right?`,
  },
  {
    details: /Hostname\/IP does not match certificate/,
    say: (address) => `the certificate of ${address} is for another name: connect by the name that it has`,
    lasting: true,
  },
  {
    details: /certificate has expired/,
    say: (address) => `the certificate of ${address} has expired: it must be renewed`,
    lasting: true,
  },
  {
    details: /self-signed certificate|unable to (?:get|verify)|certificate chain/,
    say: (address) =>
      `no authority known here has signed the certificate of ${address}: name the authority's PEM file in caFile`,
    lasting: true,
  },
  {
    details: /no application protocol/,
    say: (address) => `${address} speaks TLS but not gRPC: is this the Spark Connect server's port?`,
    lasting: true,
  },
  {
    details: /wrong version number|SSL routines/,
    useTls: true,
    say: (address) =>
      `${address} does not speak TLS: add use_ssl=false to the address, or use the port that does (a token asks for TLS)`,
    lasting: true,
  },
  {
    details: /Protocol error/,
    say: (address) => `${address} does not speak gRPC: is it a web server's or a proxy's port?`,
    lasting: true,
  },
  {
    details: /Failed to connect/,
    useTls: false,
    say: (address) => `${address} closed the connection at once: it may want TLS (use_ssl=true in the address)`,
  },
  {
    details: /Received HTTP status code (401|403)/,
    code: 'unauthenticated',
    say: (address, [, code]) => `what stands before ${address} refused the call (HTTP ${code}): renew the token`,
  },
  {
    details: /Received HTTP status code (\d+)/,
    code: 'unavailable',
    say: (address, [, code]) => `${address} answered as a web server does (HTTP ${code}), not as Spark Connect`,
  },
  {
    details: /Received message larger than max \((\d+) vs (\d+)\)/,
    code: 'protocol',
    say: (_address, [, bytes, limit]) =>
      `a response has ${bytes} bytes, and the limit is ${limit}: raise grpc_max_message_size in the address, or ask for less at once (from Spark 4.1 on large rows come in pieces)`,
  },
  {
    details: new RegExp(`serialization failure: .*${STACK_OVERFLOW}`),
    code: 'invalid-argument',
    say: () => NESTED_TOO_DEEPLY,
  },
  {
    // So a server of gRPC's answers where it has run out of its own stack, among others.
    details: /^Application error processing RPC$/,
    say: (address) =>
      `the server at ${address} broke down at the request and told no reason: its log may; a plan nested some hundred levels deep does that (checkpoint it on its way)`,
  },
  {
    details: /Attempted to send message with a size larger than (\d+)/,
    code: 'protocol',
    say: (_address, [, limit]) =>
      `the request is larger than ${limit} bytes: raise grpc_max_message_size in the address, or put the data into a table`,
  },
  {
    details: /gRPC message exceeds maximum size (\d+)/,
    code: 'protocol',
    say: (_address, [, limit]) =>
      `the server takes requests of ${limit} bytes only: raise its spark.connect.grpc.maxInboundMessageSize, or put the data into a table`,
  },
];

const BY_STATUS: Readonly<Partial<Record<number, (address: string) => string>>> = {
  [status.UNAUTHENTICATED]: (address) => `${address} does not accept the token: has it expired, or is it missing?`,
  [status.PERMISSION_DENIED]: (address) => `${address} does not let this user in`,
  [status.UNIMPLEMENTED]: (address) =>
    `what answers at ${address} does not know the call: is it Spark Connect, and new enough?`,
  [status.DEADLINE_EXCEEDED]: (address) =>
    `${address} did not answer in time: callTimeoutMs says how long a call may take`,
};

/** The error with a sentence that says what to do, where gRPC alone has told of it; any other as it is. */
export function explainTransport(error: SparkConnectError, line: Line): SparkConnectError {
  const { cause } = error;
  const { address, useTls } = line;
  if (!isServiceError(cause) || error.errorClass !== undefined || error.exceptionClass !== undefined) return error;
  if (isCallHeadersFailure(cause)) return error;
  const explained = (say: string, code = error.code) =>
    new SparkConnectError(code, say, { grpcCode: cause.code, cause });
  if (isText(cause.details)) return explained(`${address} sent text, not gRPC: a web page, perhaps`, 'unavailable');
  if (isStreamRemoved(cause) && !line.hasCredentials) return explained(cutOff(address), 'unavailable');
  for (const explanation of EXPLANATIONS) {
    const match = matches(explanation, cause.details, useTls);
    if (match !== null) return explained(explanation.say(address, match), explanation.code);
  }
  const say = BY_STATUS[cause.code];
  return say === undefined ? error : explained(`${say(address)} (${error.message})`);
}

function cutOff(address: string): string {
  return `the call was cut off without a word: the server at ${address} has broken down, or something on the way does so`;
}

/** The server's own error, with a sentence that says what to do where its message does not. */
export function explainServer(error: SparkConnectError, version: string | undefined): SparkConnectError {
  if (error.errorClass?.startsWith('INVALID_HANDLE.SESSION_')) {
    return error.withAdvice('Open a new session: views, settings and streaming queries of this one are gone.');
  }
  if (/No DataFrame with id \S+ is found in the session/.test(error.message)) {
    // To the server it is a plan that makes no sense.
    return new SparkConnectError('not-found', `${error.message}\n${LIFE_OF_KEPT_FRAMES}`, error);
  }
  if (UNKNOWN_PLAN.has(error.exceptionClass ?? '')) {
    return error.withAdvice(`The server has Spark ${version ?? '?'}: a later one may know what this plan asks for.`);
  }
  if (/to local file system destination path is not supported/.test(error.message)) {
    return error.withAdvice(`${allowLocalDestination(version)}, or name another file system, such as hdfs://….`);
  }
  return error;
}

const LIFE_OF_KEPT_FRAMES =
  'A batch of foreachBatch is there until its handler has ended: await all work on it there. A checkpoint is there as long as its session.';

/** From Spark 4.0 on it is a setting of the session. */
function allowLocalDestination(version: string | undefined): string {
  return version?.startsWith('3.')
    ? 'Start the server with spark.connect.copyFromLocalToFs.allowDestLocal=true'
    : 'Set spark.sql.artifact.copyFromLocalToFs.allowDestLocal to true in the session';
}

/** What servers throw at a relation, an expression or a command that they do not know. */
const UNKNOWN_PLAN = new Set([
  'org.apache.spark.sql.connect.common.InvalidPlanInput',
  'java.lang.UnsupportedOperationException',
]);

/** Whether trying again cannot help, since something else than a Spark Connect server is there, or it is not trusted. */
export function isLasting(error: unknown, { useTls }: Line): boolean {
  if (!isServiceError(error)) return false;
  const found = EXPLANATIONS.find((explanation) => matches(explanation, error.details, useTls) !== null);
  return isText(error.details) || found?.lasting === true;
}

function matches(explanation: Explanation, details: string, useTls: boolean): RegExpExecArray | null {
  if (explanation.useTls !== undefined && explanation.useTls !== useTls) return null;
  return explanation.details.exec(details);
}

/** A message begins with a byte and its length in four; where those are letters, somebody has sent a text. */
function isText(details: string): boolean {
  const length = Number(/Received message larger than max \((\d+) vs/.exec(details)?.[1] ?? 0);
  const bytes = [24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff);
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d);
}
