import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SparkSession } from '@instant-health/spark-connect';
import type { Logger } from '../settings/index.ts';

const MARKS = 'instant-health.driver.';
const NOTICE = '.notice';
const BEAT_INTERVAL_MS = 1_000;

/** Far more than a busy process needs, far less than the lease of a batch: whoever takes over waits so long. */
export const SILENT_AFTER_MS = 5_000;
const LOOK_INTERVAL_MS = 250;

/** What a process is about: it follows the job (or is about to), wants to take it over, or waits for its turn. */
export type DriverRole = 'leader' | 'candidate' | 'standby';

/** What one process leaves for another one to find. */
export type DriverNotice = 'taken over' | 'dismissed';

export interface OtherMark {
  readonly role: DriverRole;
  /** Changes with every sign of life. */
  readonly value: string;
}

/** By the id of the process that each is of. */
export type OtherMarks = ReadonlyMap<string, OtherMark>;

/**
 * A sign of life of the process that follows a job, in the session's configuration: its role, and a counter that it raises
 * every second. Queries outlive the process that started them. From these marks other processes know whether somebody
 * follows them, or is about to start some, or died without stopping them. A detached job has no mark. Every process has a
 * key of its own, so that two never overwrite each other's.
 */
export class DriverMark {
  /** Orders processes that want the same. */
  readonly id: string;
  readonly #spark: SparkSession;
  readonly #timer: NodeJS.Timeout;
  #role: DriverRole;
  #beats = 0;
  #renewedAt = performance.now();
  #beating: Promise<void> | undefined;

  private constructor(spark: SparkSession, log: Logger, role: DriverRole, id: string) {
    this.#spark = spark;
    this.#role = role;
    this.id = id;
    this.#timer = setInterval(() => {
      // While the server is away the last call is still trying.
      this.#beating ??= this.#beat()
        .catch((error: unknown) => log.debug({ err: error }, 'no sign of life was given'))
        .finally(() => {
          this.#beating = undefined;
        });
    }, BEAT_INTERVAL_MS);
    this.#timer.unref();
  }

  /**
   * Marks the session as this process's, before anything is started in it.
   *
   * @param id of a mark that this process had before; a new one otherwise
   */
  static async set(
    spark: SparkSession,
    log: Logger,
    role: DriverRole = 'leader',
    id: string = randomUUID(),
  ): Promise<DriverMark> {
    const mark = new DriverMark(spark, log, role, id);
    try {
      // A notice to who this process was before is not for what it is now.
      await spark.conf.unset(MARKS + id + NOTICE);
      await mark.#beat();
      return mark;
    } catch (error) {
      mark.abandon();
      throw error;
    }
  }

  /** Milliseconds since the last sign of life that the server has taken. */
  get ageMs(): number {
    return performance.now() - this.#renewedAt;
  }

  async become(role: DriverRole): Promise<void> {
    await this.#beating;
    this.#role = role;
    await this.#beat();
  }

  /** Takes the mark away: this process follows the job no more. */
  async remove(): Promise<void> {
    this.abandon();
    await this.#beating;
    await this.#spark.conf.unset(MARKS + this.id, MARKS + this.id + NOTICE);
  }

  /** Gives no more signs of life, and leaves the mark as it is: where the server cannot be asked. */
  abandon(): void {
    clearInterval(this.#timer);
  }

  /** The marks of all others as they are now, and what one of them has let this process know. */
  async look(): Promise<{ readonly marks: OtherMarks; readonly notice: string | undefined }> {
    const { marks, notices } = await marksOf(this.#spark);
    marks.delete(this.id);
    return { marks, notice: notices.get(this.id) };
  }

  /** The marks of others that follow the job or are about to. */
  async others(): Promise<OtherMarks> {
    const { marks } = await this.look();
    return new Map([...marks].filter(([, { role }]) => role !== 'standby'));
  }

  /** Watches the marks of others until one shows life (`true`), all are gone, or all have been silent for five seconds. */
  async anotherLives(signal: AbortSignal): Promise<boolean> {
    const first = await this.others();
    const limit = performance.now() + SILENT_AFTER_MS;
    for (let seen = first; seen.size > 0 && performance.now() < limit; ) {
      await delay(LOOK_INTERVAL_MS, undefined, { signal });
      seen = await this.others();
      if ([...seen].some(([id, { value }]) => first.get(id)?.value !== value)) return true;
    }
    return false;
  }

  /** Takes away the marks of processes that are known to be dead. */
  async forgetOthers(): Promise<void> {
    await this.forget([...(await this.others()).keys()]);
  }

  async forget(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#spark.conf.unset(...ids.map((id) => MARKS + id));
  }

  /** Lets another process know, should it ever look. */
  async tell(ids: readonly string[], notice: DriverNotice): Promise<void> {
    await tell(this.#spark, ids, notice);
  }

  async #beat(): Promise<void> {
    this.#beats++;
    await this.#spark.conf.set(MARKS + this.id, `${this.#role} ${this.#beats}`);
    this.#renewedAt = performance.now();
  }
}

/** Whether some process has marked the session, alive or not. */
export async function isMarked(spark: SparkSession): Promise<boolean> {
  return (await marksOf(spark)).marks.size > 0;
}

/** Sends home who waits to take the job over; returns whether there is somebody, alive or not. */
export async function dismissStandbys(spark: SparkSession): Promise<boolean> {
  const { marks } = await marksOf(spark);
  const standbys = [...marks].filter(([, { role }]) => role === 'standby').map(([id]) => id);
  await tell(spark, standbys, 'dismissed');
  return standbys.length > 0;
}

async function tell(spark: SparkSession, ids: readonly string[], notice: DriverNotice): Promise<void> {
  if (ids.length > 0) await spark.conf.setAll(Object.fromEntries(ids.map((id) => [MARKS + id + NOTICE, notice])));
}

async function marksOf(spark: SparkSession) {
  const marks = new Map<string, OtherMark>();
  const notices = new Map<string, string>();
  for (const [key, value] of Object.entries(await spark.conf.getAll(MARKS))) {
    const id = key.replace(/^\./, '').replace(MARKS, '');
    if (id.endsWith(NOTICE)) notices.set(id.slice(0, -NOTICE.length), value);
    else marks.set(id, markOf(value));
  }
  return { marks, notices };
}

function markOf(value: string): OtherMark {
  const role = value.split(' ')[0];
  return { role: role === 'standby' || role === 'candidate' ? role : 'leader', value };
}
