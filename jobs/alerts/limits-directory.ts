import { createHash } from 'node:crypto';
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

/** The limits in force at this moment, and the same as whoever finds readings out of limits needs them. */
export interface CurrentLimits<Bands> {
  readonly fingerprint: string;
  readonly index: DirectoryIndex;
  readonly rejected: readonly RejectedRow[];
  readonly bands: Bands;
}

/** Makes of limits and patients what finds readings out of limits: in Spark, or elsewhere. */
export type BandsOf<Bands> = (directory: Directory) => Promise<Bands>;

/** Reading the tables may take this part of the time at most: with many thousand patients they are not read at each batch. */
const READING_SHARE = 0.05;

/** Of patients and limits together. More are read beside the batches, which do not wait for it; fewer before each batch. */
const LARGE_ROWS = 5_000;

/** Keeps limits and patients as the database has them; the bands are made anew only after a change. */
export class LimitsDirectory<Bands> {
  readonly #pool: Pool;
  readonly #database: DatabaseSettings;
  readonly #log: Logger;
  readonly #bandsOf: BandsOf<Bands>;
  #current: CurrentLimits<Bands> | undefined;
  #isLarge = false;
  /** Of the tables as they were last read; asked for only where they are large. */
  #checksum: string | undefined;
  #freshUntil = 0;
  #reading: Promise<CurrentLimits<Bands>> | undefined;

  constructor(pool: Pool, database: DatabaseSettings, log: Logger, bandsOf: BandsOf<Bands>) {
    this.#pool = pool;
    this.#database = database;
    this.#log = log;
    this.#bandsOf = bandsOf;
  }

  /** As last read. */
  get current(): CurrentLimits<Bands> | undefined {
    return this.#current;
  }

  /** Reads the tables, so that a change applies from the next batch; from some seconds later where they are large. */
  async refresh(): Promise<CurrentLimits<Bands>> {
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
  async renew(): Promise<CurrentLimits<Bands>> {
    // One that is under way may have looked too early.
    await this.#reading?.catch(() => {});
    return await this.#readOnce();
  }

  /** Joins a reading that is under way. */
  #readOnce(): Promise<CurrentLimits<Bands>> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<CurrentLimits<Bands>> {
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
    // What is then done with a change is no reason to look for the next one later.
    this.#took(performance.now() - started);
    const current = await this.#use(directory);
    // Only now: had that failed, the change would have to be found again.
    this.#checksum = checksum;
    return current;
  }

  #took(ms: number): void {
    this.#freshUntil = this.#isLarge ? performance.now() + ms / READING_SHARE : 0;
  }

  /** Puts what was read in force where it differs from what is. */
  async #use(directory: Directory): Promise<CurrentLimits<Bands>> {
    const fingerprint = fingerprintOf(directory);
    if (this.#current?.fingerprint === fingerprint) return this.#current;
    const { rejected } = directory;
    const bands = await this.#bandsOf(directory);
    for (const { table, row, reason } of rejected)
      this.#log.warn(`${table}, ${row}: ${reason}; the row is not in force`);
    this.#current = { fingerprint, index: new DirectoryIndex(directory), rejected, bands };
    return this.#current;
  }
}

function fingerprintOf({ limits, patients, rejected }: Directory): string {
  return hashOfRows([limits, patients, rejected]);
}

/**
 * Names what decides whether a reading is out of limits: the same for tables that differ in other things only, such as a
 * doctor's address.
 *
 * @returns 16 hexadecimal digits
 */
export function bandsFingerprint({ limits, patients }: Pick<Directory, 'limits' | 'patients'>): string {
  const bands = limits.map((one) => [one.attribute, one.customerId, one.lowAge, one.highAge, one.lower, one.upper]);
  return hashOfRows([bands, patients.map(({ customerId, age }) => [customerId, age])]).slice(0, 16);
}

/** Row by row: the text of a large hospital at once would be several megabytes. */
function hashOfRows(tables: readonly (readonly unknown[])[]): string {
  const hash = createHash('sha256');
  for (const rows of tables) {
    hash.update(`${rows.length}\n`);
    for (const row of rows) hash.update(`${JSON.stringify(row)}\n`);
  }
  return hash.digest('hex');
}
