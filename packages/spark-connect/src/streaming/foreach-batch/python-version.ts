import type { CallSignal } from '../../client/connect-options.ts';
import type { SessionClient } from '../../client/session-client.ts';
import { unlessAborted } from '../../client/unless-aborted.ts';
import { SparkConnectError } from '../../errors.ts';

/** Versions that a server may have, likeliest first; tried in turn where the server does not name its own (Spark 3.5). */
const CANDIDATES = ['3.11', '3.12', '3.10', '3.13', '3.9', '3.8', '3.14'] as const;

/** What is asked of a session here; it is also the key under which the answer is remembered. */
type Server = Pick<SessionClient, 'logger'>;

const SLOW_START_ATTEMPTS = 5;

const known = new WeakMap<Server, string>();
/** Settles when the starts that were too slow have been tried again so far. */
const queues = new WeakMap<Server, Promise<unknown>>();

/**
 * Starts a Python function on the server in the version of Python that it has. Spark refuses a function that was made by
 * another version, before it reads it: from 4.0 the refusal names the version, 3.5 says nothing, so versions are tried.
 * What worked is remembered for the session.
 *
 * @param start makes one attempt with the version given.
 * @param options.what needs Python, for the error (default: foreachBatch).
 * @param options.signal ends the wait for a turn too
 * @throws SparkConnectError `unsupported` where no version works: the server has no Python, or not what PySpark needs.
 */
export async function withServerPython<T>(
  client: Server,
  given: string | undefined,
  start: (version: string) => Promise<T>,
  { what = 'foreachBatch', signal }: CallSignal & { readonly what?: string } = {},
): Promise<T> {
  const remembered = given ?? known.get(client);
  if (remembered !== undefined) return patiently(remembered);
  let refusal: unknown;
  for (const candidate of CANDIDATES) {
    try {
      return await attempt(candidate);
    } catch (error) {
      refusal = error;
      const named = versionNamedBy(error);
      if (named !== undefined) return attempt(named);
      if (!isSilentRefusal(error)) throw explained(error, what);
      client.logger.debug(`the server's Python is not ${candidate}`);
    }
  }
  throw unsupported(what, `it refused the versions ${CANDIDATES.join(', ')}`, refusal);

  async function attempt(version: string): Promise<T> {
    const started = await patiently(version);
    known.set(client, version);
    return started;
  }

  async function patiently(version: string): Promise<T> {
    try {
      return await start(version);
    } catch (error) {
      if (!isSlowStart(error)) throw error;
      client.logger.info(`the server's Python did not start in time: ${String(error)}; trying again`);
    }
    // One after the other: where many are started at once, they are what makes each other slow.
    return unlessAborted(
      inTurn(client, () => again(version)),
      signal,
    );
  }

  async function again(version: string): Promise<T> {
    for (let attempts = SLOW_START_ATTEMPTS - 1; ; attempts--) {
      try {
        return await start(version);
      } catch (error) {
        if (!isSlowStart(error)) throw error;
        if (attempts <= 1) throw tooSlow(error, what);
        client.logger.info(`the server's Python did not start in time: ${String(error)}; trying again`);
      }
    }
  }
}

function inTurn<T>(server: Server, task: () => Promise<T>): Promise<T> {
  const own = (queues.get(server) ?? Promise.resolve()).then(task);
  const settled = own.catch(() => undefined);
  queues.set(server, settled);
  return own;
}

function tooSlow(cause: unknown, what: string): SparkConnectError {
  const { message } = SparkConnectError.from(cause);
  const advice = `${what}: the server's machine took too long to start Python, ${SLOW_START_ATTEMPTS} times; is it overloaded?`;
  return new SparkConnectError('execution', `${advice} (${message})`, { cause });
}

function versionNamedBy(error: unknown): string | undefined {
  if (!(error instanceof Error) || !error.message.includes('PYTHON_VERSION_MISMATCH')) return undefined;
  return /version in worker[^0-9]*(\d+\.\d+)|in worker has different version:? (\d+\.\d+)/i
    .exec(error.message)
    ?.slice(1)
    .find(Boolean);
}

/** Spark gives a new Python process ten seconds to connect: on a busy machine that may be too few, and nothing was started. */
function isSlowStart(error: unknown): boolean {
  return error instanceof SparkConnectError && error.message.includes('Python worker failed to connect back');
}

/** Spark 3.5 ends its worker without a word where the version differs (or where Python lacks what PySpark imports). */
function isSilentRefusal(error: unknown): boolean {
  if (!(error instanceof SparkConnectError)) return false;
  return /^(?:13 INTERNAL:)?\s*$/.test(error.message) || /EOFException|Python worker exited/i.test(error.message);
}

/** Failures of the worker itself, as opposed to those of the query, told as what they are. */
function explained(error: unknown, what: string): unknown {
  if (!(error instanceof SparkConnectError)) return error;
  const { errorClass = '', message } = error;
  if (errorClass.startsWith('STREAMING_PYTHON_RUNNER_INITIALIZATION_FAILURE'))
    return unsupported(what, lastLine(message), error);
  if (/Cannot run program|ModuleNotFoundError|ImportError/.test(message))
    return unsupported(what, lastLine(message), error);
  return error;
}

function unsupported(what: string, why: string, cause: unknown): SparkConnectError {
  return new SparkConnectError(
    'unsupported',
    `${what} needs Python with PySpark's Connect packages on the server (PYSPARK_PYTHON there): ${why}`,
    { cause },
  );
}

/** A Python traceback says in its last line what went wrong. */
function lastLine(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('SQLSTATE'));
  return lines.findLast((line) => /Error|Exception/.test(line)) ?? lines.at(-1) ?? 'no reason given';
}
