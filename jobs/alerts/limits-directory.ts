import { createHash, randomUUID } from 'node:crypto';
import type { DataFrame, SparkSession } from '@instant-health/spark-connect';
import type { Pool } from 'mysql2/promise';
import {
  type Directory,
  databaseError,
  directoryChecksum,
  type RejectedRow,
  readDirectory,
} from '../../database/index.ts';
import type { DatabaseSettings, Logger } from '../../settings/index.ts';
import { DirectoryIndex } from './directory-index.ts';
import { bandsOfPatients } from './limits-view.ts';

/** The limits in force at this moment, and the same in Spark. */
export interface CurrentLimits {
  readonly fingerprint: string;
  readonly index: DirectoryIndex;
  readonly rejected: readonly RejectedRow[];
  /** In blocks, and by the view's name, so that a batch's plan need not carry the rows. */
  readonly bands: DataFrame;
}

const BANDS_VIEW = 'bands_of_patients';

/** Reading the tables may take this part of the time at most: with many thousand patients they are not read at each batch. */
const READING_SHARE = 0.05;

/** Of patients and limits together. More are read beside the batches, which do not wait for it; fewer before each batch. */
const LARGE_ROWS = 5_000;

/** Keeps limits and patients as the database has them; Spark joins them anew only after a change. */
export class LimitsDirectory {
  readonly #spark: SparkSession;
  readonly #pool: Pool;
  readonly #database: DatabaseSettings;
  readonly #log: Logger;
  /**
   * Two, in turn: a batch that is being handled goes on with the one that it began with. The session is shared with whoever led
   * before: a driver that wakes up with old limits in its hands must not put them in the place of ours.
   */
  readonly #views: readonly [string, string];
  #current: CurrentLimits | undefined;
  #changes = 0;
  #isLarge = false;
  /** Of the tables as they were last read; asked for only where they are large. */
  #checksum: string | undefined;
  #freshUntil = 0;
  #reading: Promise<CurrentLimits> | undefined;

  constructor(spark: SparkSession, pool: Pool, database: DatabaseSettings, log: Logger) {
    this.#spark = spark;
    this.#pool = pool;
    this.#database = database;
    this.#log = log;
    const driver = randomUUID().slice(0, 8);
    this.#views = [`${BANDS_VIEW}_${driver}_0`, `${BANDS_VIEW}_${driver}_1`];
  }

  /** As last read. */
  get current(): CurrentLimits | undefined {
    return this.#current;
  }

  /** Reads the tables, so that a change applies from the next batch; from some seconds later where they are large. */
  async refresh(): Promise<CurrentLimits> {
    if (this.#current && performance.now() < this.#freshUntil) return this.#current;
    const reading = this.#readOnce();
    if (!this.#current || !this.#isLarge) return await reading;
    reading.catch((error: unknown) => this.#log.warn({ err: error }, 'limits and patients stay as they were'));
    return this.#current;
  }

  /**
   * Reads the tables now, whatever it costs: for a batch with patients whom the last reading did not find. They may have been
   * admitted since.
   */
  async renew(): Promise<CurrentLimits> {
    // One that is under way may have looked too early.
    await this.#reading?.catch(() => {});
    return await this.#readOnce();
  }

  /** Joins a reading that is under way. */
  #readOnce(): Promise<CurrentLimits> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<CurrentLimits> {
    const started = performance.now();
    const failed = (error: unknown): never => {
      throw databaseError(error, this.#database);
    };
    // Taken before the rows are read: what changes in between is found the next time.
    const checksum =
      this.#isLarge || this.#checksum === undefined
        ? await directoryChecksum(this.#pool).catch(failed)
        : this.#checksum;
    if (this.#current && this.#isLarge && checksum === this.#checksum) {
      this.#took(performance.now() - started);
      return this.#current;
    }
    const directory = await readDirectory(this.#pool).catch(failed);
    this.#isLarge = directory.patients.length + directory.limits.length > LARGE_ROWS;
    // What Spark then does with a change is no reason to look for the next one later.
    this.#took(performance.now() - started);
    const current = await this.#use(directory);
    // Only now: had Spark failed, the change would have to be found again.
    this.#checksum = checksum;
    return current;
  }

  #took(ms: number): void {
    this.#freshUntil = this.#isLarge ? performance.now() + ms / READING_SHARE : 0;
  }

  /** Puts what was read in force, here and in Spark, where it differs from what is. */
  async #use(directory: Directory): Promise<CurrentLimits> {
    const fingerprint = fingerprintOf(directory);
    if (this.#current?.fingerprint === fingerprint) return this.#current;
    const { limits, patients, rejected } = directory;
    const blocks = bandsOfPatients(this.#spark, patients, limits);
    // Rows instead of a plan or a cache: Spark broadcasts them to each batch without a job of their own, 10 to 20 ms sooner.
    const rows = this.#spark.createDataFrame(await blocks.collect(), await blocks.schema());
    const view = this.#views[this.#changes++ % 2 === 0 ? 0 : 1];
    await rows.createOrReplaceTempView(view);
    for (const { table, row, reason } of rejected)
      this.#log.warn(`${table}, ${row}: ${reason}; the row is not in force`);
    this.#current = { fingerprint, index: new DirectoryIndex(directory), rejected, bands: this.#spark.table(view) };
    return this.#current;
  }
}

/** Row by row: the text of a large hospital at once would be several megabytes. */
function fingerprintOf({ limits, patients, rejected }: Directory): string {
  const hash = createHash('sha256');
  for (const rows of [limits, patients, rejected]) {
    hash.update(`${rows.length}\n`);
    for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  }
  return hash.digest('hex');
}
