import { setTimeout as delay } from 'node:timers/promises';
import { awsError, formatDuration, type Logger, OperatorError } from '../../settings/index.ts';
import { hasEnded, isAlive, isReady, type SessionApi, type SessionStanding } from './session-api.ts';
import { startToken } from './session-name.ts';

/** A session that is ready, and whether this process made it. */
export interface ReadySession {
  readonly id: string;
  readonly wasStarted: boolean;
}

interface SessionOptions {
  readonly name: string;
  readonly idleMinutes: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const READY_WITHIN_MS = 5 * 60_000;
// AWS allows few calls a second in an account, and a session takes a minute to start.
const POLL_MS = { first: 500, most: 5_000, growth: 1.5 };
const TELL_EVERY_MS = 10_000;
// A token that an ended session answers leads to the next one; many of them mean that sessions end at once.
const MAX_STARTS = 3;

/**
 * The session of that name: the one that lives, or a new one, waited for until it takes calls.
 *
 * @throws OperatorError that names the place and what AWS says; a session that was begun here does not stay then
 */
export async function readySession(api: SessionApi, options: SessionOptions): Promise<ReadySession> {
  const { name, log } = options;
  const known = await calling(api, 'list the sessions of', () => api.list(name));
  const living = known.find(isAlive);
  if (living) {
    log.info(`${api.place}: joining session ${living.id} (${living.state})`);
    await untilReady(api, living, options);
    return { id: living.id, wasStarted: false };
  }
  const started = await start(api, known[0]?.id ?? '', options);
  try {
    await untilReady(api, started, options);
    return { id: started.id, wasStarted: true };
  } catch (error) {
    await endSession(api, started.id, log);
    throw error;
  }
}

/** The session of that name that lives, without making one. */
export async function livingSession(api: SessionApi, name: string): Promise<SessionStanding | undefined> {
  return (await calling(api, 'list the sessions of', () => api.list(name))).find(isAlive);
}

/** Ends a session; what hinders it is told and does not stop the rest: AWS ends an idle session by itself. */
export async function endSession(api: SessionApi, id: string, log: Logger): Promise<void> {
  try {
    const { state } = await calling(api, `look at session ${id} of`, () => api.get(id));
    // `npm run stop` in another process was quicker, or AWS itself.
    if (hasEnded(state) || state === 'TERMINATING') return;
    await calling(api, `end session ${id} of`, () => api.terminate(id));
    log.info(`${api.place}: session ${id} was ended`);
  } catch (error) {
    log.warn({ err: error }, `session ${id} could not be ended; it ends by itself when it has been idle`);
  }
}

/** Makes the call; explains what AWS refuses. */
export async function calling<T>(api: SessionApi, doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw awsError(error, `${doing} ${api.place}`, api.region);
  }
}

async function start(
  api: SessionApi,
  before: string,
  { name, idleMinutes, log, signal }: SessionOptions,
): Promise<SessionStanding> {
  for (let attempt = 0; attempt < MAX_STARTS; attempt++) {
    signal.throwIfAborted();
    const token = startToken(api.place, name, before, attempt);
    const id = await calling(api, 'start a session on', () => api.start({ name, token, idleMinutes }));
    const standing = await calling(api, `look at session ${id} of`, () => api.get(id));
    if (!hasEnded(standing.state)) {
      log.info(`${api.place}: session ${id} is starting`);
      return standing;
    }
    if (standing.state === 'FAILED') throw failed(api, standing);
  }
  throw new OperatorError('SESSION_FAILED', `${api.place} answers each start with a session that has ended`, {
    next: 'Try again in a minute.',
  });
}

async function untilReady(api: SessionApi, first: SessionStanding, { log, signal }: SessionOptions): Promise<void> {
  const begunAt = performance.now();
  let toldAt = begunAt;
  let waitMs = POLL_MS.first;
  for (let standing = first; !isReady(standing); ) {
    if (hasEnded(standing.state) || standing.state === 'TERMINATING') throw failed(api, standing);
    const waitedMs = performance.now() - begunAt;
    if (waitedMs > READY_WITHIN_MS) {
      throw new OperatorError(
        'SESSION_SLOW',
        `session ${standing.id} of ${api.place} is still ${standing.state} after ${formatDuration(waitedMs)}`,
        { next: 'Is there room for its application on YARN? The cluster may need more or larger instances.' },
      );
    }
    if (performance.now() - toldAt > TELL_EVERY_MS) {
      toldAt = performance.now();
      log.info(`${api.place}: session ${standing.id} is ${standing.state} (${formatDuration(waitedMs)})`);
    }
    await delay(waitMs, undefined, { signal });
    waitMs = Math.min(POLL_MS.most, waitMs * POLL_MS.growth);
    standing = await calling(api, `look at session ${standing.id} of`, () => api.get(standing.id));
  }
}

/** Why a session takes no calls. */
export function failed(api: SessionApi, { id, state, reason }: SessionStanding): OperatorError {
  return new OperatorError(
    'SESSION_FAILED',
    `session ${id} of ${api.place} is ${state}${reason === '' ? '' : `: ${reason}`}`,
    { next: 'The log of its application on YARN tells more; then submit again.' },
  );
}
