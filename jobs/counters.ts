import type { SparkSession } from '@instant-health/spark-connect';

const PREFIX = 'instant-health.count.';

/**
 * Numbers that an attached driver keeps about its work, where every process that joins the session can read them: in the
 * session's configuration. Counts and their names only, never a patient's data.
 */
export class Counters {
  readonly #spark: SparkSession;
  readonly #counts = new Map<string, number>();

  constructor(spark: SparkSession) {
    this.#spark = spark;
  }

  /** Adds to the counts and publishes those that changed, in one call. */
  async add(increments: Readonly<Record<string, number>>): Promise<void> {
    const changed: Record<string, string> = {};
    for (const [name, increment] of Object.entries(increments)) {
      if (increment === 0) continue;
      const count = (this.#counts.get(name) ?? 0) + increment;
      this.#counts.set(name, count);
      changed[PREFIX + name] = String(count);
    }
    if (Object.keys(changed).length > 0) await this.#spark.conf.setAll(changed);
  }
}

/** The counts of the driver that is attached to this session, or was last. */
export async function readCounters(spark: SparkSession): Promise<Record<string, number>> {
  const entries = Object.entries(await spark.conf.getAll(PREFIX));
  return Object.fromEntries(entries.map(([name, count]) => [name.replace(/^\./, ''), Number(count)]));
}
