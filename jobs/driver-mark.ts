import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SparkSession } from '@instant-health/spark-connect';
import type { Logger } from '../settings/index.ts';

const PREFIX = 'instant-health.driver.';
const BEAT_INTERVAL_MS = 1_000;

// Far more than a busy process needs, far less than the lease of a batch: whoever submits again waits so long.
const SILENT_AFTER_MS = 5_000;
const LOOK_INTERVAL_MS = 250;

/**
 * A sign of life of the process that follows a job, in the session's configuration: a counter that it raises every second.
 * Queries outlive the process that started them. From these marks other processes know whether somebody follows them, or
 * is about to start some, or died without stopping them. A detached job has no mark. Every process has a key of its own,
 * so that two never overwrite each other's.
 */
export class DriverMark {
  readonly #spark: SparkSession;
  readonly #key = `${PREFIX}${randomUUID()}`;
  readonly #timer: NodeJS.Timeout;
  #beats = 0;
  #beating: Promise<void> | undefined;

  private constructor(spark: SparkSession, log: Logger) {
    this.#spark = spark;
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

  /** Marks the session as this process's, before anything is started in it. */
  static async set(spark: SparkSession, log: Logger): Promise<DriverMark> {
    const mark = new DriverMark(spark, log);
    await mark.#beat();
    return mark;
  }

  /** Takes the mark away: this process follows the job no more. */
  async remove(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#spark.conf.unset(this.#key);
  }

  /** The marks of others, as they are now. */
  async others(): Promise<ReadonlyMap<string, string>> {
    const marks = await marksOf(this.#spark);
    marks.delete(this.#key);
    return marks;
  }

  /** Watches the marks of others until one shows life (`true`), all are gone, or all have been silent for five seconds. */
  async anotherLives(signal: AbortSignal): Promise<boolean> {
    const first = await this.others();
    const limit = performance.now() + SILENT_AFTER_MS;
    for (let seen = first; seen.size > 0 && performance.now() < limit; ) {
      await delay(LOOK_INTERVAL_MS, undefined, { signal });
      seen = await this.others();
      if (Array.from(seen).some(([key, beats]) => first.get(key) !== beats)) return true;
    }
    return false;
  }

  /** Takes away the marks of processes that are known to be dead. */
  async forgetOthers(): Promise<void> {
    const keys = Array.from((await this.others()).keys());
    if (keys.length > 0) await this.#spark.conf.unset(...keys);
  }

  #beat(): Promise<void> {
    this.#beats++;
    return this.#spark.conf.set(this.#key, this.#beats);
  }
}

/** Whether some process has marked the session, alive or not. */
export async function isMarked(spark: SparkSession): Promise<boolean> {
  return (await marksOf(spark)).size > 0;
}

async function marksOf(spark: SparkSession): Promise<Map<string, string>> {
  const entries = Object.entries(await spark.conf.getAll(PREFIX));
  return new Map(entries.map(([key, beats]) => [PREFIX + key.replace(/^\./, '').replace(PREFIX, ''), beats]));
}
