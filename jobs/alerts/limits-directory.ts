import { createHash } from 'node:crypto';
import type { DataFrame, SparkSession } from '@instant-health/spark-connect';
import type { Pool } from 'mysql2/promise';
import { databaseError, type RejectedRow, readDirectory } from '../../database/index.ts';
import type { DatabaseSettings, Logger } from '../../settings/index.ts';
import { DirectoryIndex } from './directory-index.ts';
import { bandsOfPatients } from './limits-view.ts';

/** The limits in force at this moment, and the same in Spark. */
export interface CurrentLimits {
  readonly fingerprint: string;
  readonly index: DirectoryIndex;
  readonly rejected: readonly RejectedRow[];
  /** By the view's name, so that a batch's plan need not carry the rows. */
  readonly bands: DataFrame;
}

const BANDS_VIEW = 'bands_of_patients';

/** Reading the tables may take this part of the time at most: with many thousand patients they are not read at each batch. */
const READING_SHARE = 0.05;

/** Keeps limits and patients as the database has them; Spark joins them anew only after a change. */
export class LimitsDirectory {
  readonly #spark: SparkSession;
  readonly #pool: Pool;
  readonly #database: DatabaseSettings;
  readonly #log: Logger;
  #current: CurrentLimits | undefined;
  #freshUntil = 0;

  constructor(spark: SparkSession, pool: Pool, database: DatabaseSettings, log: Logger) {
    this.#spark = spark;
    this.#pool = pool;
    this.#database = database;
    this.#log = log;
  }

  /** As last read. */
  get current(): CurrentLimits | undefined {
    return this.#current;
  }

  /** Reads the tables, so that a change applies from the next batch; from some seconds later where they are large. */
  async refresh(): Promise<CurrentLimits> {
    if (this.#current && performance.now() < this.#freshUntil) return this.#current;
    const started = performance.now();
    const directory = await readDirectory(this.#pool).catch((error: unknown) => {
      throw databaseError(error, this.#database);
    });
    const fingerprint = createHash('sha256').update(JSON.stringify(directory)).digest('hex');
    const tookMs = performance.now() - started;
    this.#freshUntil = tookMs < 50 ? 0 : performance.now() + tookMs / READING_SHARE;
    if (this.#current?.fingerprint === fingerprint) return this.#current;
    const { limits, patients, rejected } = directory;
    const joined = bandsOfPatients(this.#spark, patients, limits);
    // Rows instead of a plan or a cache: Spark broadcasts them to each batch without a job of their own, 10 to 20 ms sooner.
    const rows = this.#spark.createDataFrame(await joined.collect(), await joined.schema());
    await rows.createOrReplaceTempView(BANDS_VIEW);
    for (const { table, row, reason } of rejected)
      this.#log.warn(`${table}, ${row}: ${reason}; the row is not in force`);
    const bands = this.#spark.table(BANDS_VIEW);
    this.#current = { fingerprint, index: new DirectoryIndex(directory), rejected, bands };
    return this.#current;
  }
}
