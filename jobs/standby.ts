import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SparkSession, StreamingQuery } from '@instant-health/spark-connect';
import { type Environment, formatDuration, type Logger, messageOf, OperatorError } from '../settings/index.ts';
import { backOffMs } from './alerts/back-off.ts';
import { DriverMark, type OtherMarks } from './driver-mark.ts';
import type { Job } from './job.ts';
import { openJobSession } from './job-session.ts';
import { leaveSession } from './leave-session.ts';
import { LifeWatch } from './life-watch.ts';
import type { SparkServer } from './targets/spark-server.ts';

export interface StandbyOptions {
  readonly server: SparkServer;
  readonly environment: Environment;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The right to start a job that nobody follows any more. */
export interface Claim {
  readonly spark: SparkSession;
  readonly mark: DriverMark;
  /** Ids of processes that have fallen silent. */
  readonly silent: readonly string[];
  /** What they have left running. */
  readonly queries: readonly StreamingQuery[];
}

const LOOK_INTERVAL_MS = 500;
/** So long others get to show that they want the same. */
const SETTLE_MS = 500;
/** A look that takes longer is as good as none. */
const LOOK_LIMIT_MS = 5_000;
const REMINDER_MS = 60_000;
const NO_SERVER = { firstMs: 500, mostMs: 5_000 };

/**
 * Waits while another process follows the job, and claims it when none does: at once when it has ended in good order, after
 * five seconds of silence otherwise. A server that is away is asked again and again. Of several that wait one gets the
 * claim; should two believe so all the same, Spark lets one of them start the query, and the database one of them write.
 *
 * @returns undefined when `npm run stop` has sent this process home
 */
export async function waitForTurn(job: Job, options: StandbyOptions): Promise<Claim | undefined> {
  const { log, signal } = options;
  const id = randomUUID();
  const reminder = new Reminder(job.name, log);
  for (let failures = 0; ; ) {
    let watch: Standby | undefined;
    try {
      watch = await Standby.open(job, options, id, reminder);
      failures = 0;
      return await watch.turn();
    } catch (error) {
      watch?.abandon();
      if (signal.aborted || isHopeless(error)) throw error;
      failures += 1;
      const waitMs = backOffMs(failures, NO_SERVER);
      log.warn(`${job.name}: standing by, but ${messageOf(error)}; next look in ${formatDuration(waitMs)}`);
      await delay(waitMs, undefined, { signal });
    }
  }
}

/** One stay in the job's session, until it is this process's turn or the session is lost. */
class Standby {
  readonly #job: Job;
  readonly #spark: SparkSession;
  readonly #mark: DriverMark;
  readonly #options: StandbyOptions;
  readonly #reminder: Reminder;
  readonly #watch = new LifeWatch();

  private constructor(job: Job, spark: SparkSession, mark: DriverMark, options: StandbyOptions, reminder: Reminder) {
    this.#job = job;
    this.#spark = spark;
    this.#mark = mark;
    this.#options = options;
    this.#reminder = reminder;
  }

  static async open(job: Job, options: StandbyOptions, id: string, reminder: Reminder): Promise<Standby> {
    const { server, environment, log, signal } = options;
    const opening = openJobSession({ server, job: job.name, identity: job.identity(environment), log });
    const spark = await unlessAborted(opening, signal, (session) => session.disconnect());
    try {
      const mark = await inTime(DriverMark.set(spark, log, 'standby', id), signal);
      return new Standby(job, spark, mark, options, reminder);
    } catch (error) {
      spark.disconnect();
      throw error;
    }
  }

  async turn(): Promise<Claim | undefined> {
    const { signal } = this.#options;
    try {
      for (;;) {
        const { marks, notice } = await this.#inTime(this.#mark.look());
        if (notice === 'dismissed') {
          await leaveSession(this.#spark, this.#mark);
          return undefined;
        }
        const living = this.#watch.look(marks, performance.now());
        const claim = isFollowed(living) ? undefined : await this.#claim(living);
        if (claim) return claim;
        this.#reminder.tell();
        await delay(LOOK_INTERVAL_MS, undefined, { signal });
      }
    } catch (error) {
      if (signal.aborted) await leaveSession(this.#spark, this.#mark).catch(() => {});
      throw error;
    }
  }

  abandon(): void {
    this.#mark.abandon();
    this.#spark.disconnect();
  }

  async #claim(before: OtherMarks): Promise<Claim | undefined> {
    // Only these may be stopped later: one that starts from now on is of somebody who was quicker.
    const queries = await this.#inTime(this.#spark.streams.active());
    await this.#inTime(this.#mark.become('candidate'));
    if (before.size > 0) await delay(SETTLE_MS, undefined, { signal: this.#options.signal });
    const { marks } = await this.#inTime(this.#mark.look());
    const living = this.#watch.look(marks, performance.now());
    const isFirst = [...living].every(
      ([id, { role }]) => role === 'standby' || (role === 'candidate' && id > this.#mark.id),
    );
    if (!isFirst) {
      await this.#inTime(this.#mark.become('standby'));
      return undefined;
    }
    await this.#inTime(this.#mark.become('leader'));
    const silent = [...marks.keys()].filter((id) => !living.has(id));
    this.#options.log.info(
      queries.length > 0
        ? `${this.#job.name}: the process that followed it gives no sign of life; taking over`
        : `${this.#job.name}: nobody follows it; starting`,
    );
    return { spark: this.#spark, mark: this.#mark, silent, queries };
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    return inTime(answer, this.#options.signal);
  }
}

/** Tells once that somebody else leads, and then every minute that we still wait. */
class Reminder {
  readonly #job: string;
  readonly #log: Logger;
  readonly #since = performance.now();
  #toldAt: number | undefined;

  constructor(job: string, log: Logger) {
    this.#job = job;
    this.#log = log;
  }

  tell(): void {
    const now = performance.now();
    if (this.#toldAt === undefined) this.#log.info(`${this.#job}: another process leads; standing by`);
    else if (now - this.#toldAt < REMINDER_MS) return;
    else this.#log.info(`${this.#job}: standing by for ${formatDuration(now - this.#since)}`);
    this.#toldAt = now;
  }
}

function isFollowed(living: OtherMarks): boolean {
  return [...living.values()].some(({ role }) => role !== 'standby');
}

/** Wrong settings do not become right by waiting. */
function isHopeless(error: unknown): boolean {
  if (error instanceof OperatorError) return true;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'invalid-connection-string' || code === 'unauthenticated';
}

/** A call to a server that does not answer would be tried for minutes. */
async function inTime<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const limit = delay(LOOK_LIMIT_MS, undefined, { signal: AbortSignal.any([signal, over.signal]) }).then(() => {
    throw new Error(`Spark has not answered within ${LOOK_LIMIT_MS / 1000} s`);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    answer.catch(() => {});
    limit.catch(() => {});
    over.abort();
  }
}

/** Does not wait for what cannot be cancelled; what it brings all the same is let go of. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, release: (late: T) => void): Promise<T> {
  let interrupt: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    interrupt = () => reject(signal.reason);
    signal.addEventListener('abort', interrupt, { once: true });
  });
  aborted.catch(() => {});
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } catch (error) {
    work.then(release, () => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
