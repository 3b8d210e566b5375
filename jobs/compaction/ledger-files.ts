import { randomUUID } from 'node:crypto';
import type { ActionOptions, SparkSession } from '@instant-health/spark-connect';
import { emptyDirectory } from '../empty-directory.ts';
import { isNothingThere } from '../nothing-there.ts';
import { filesBelow } from './archive.ts';
import { type Ledger, ledgerOf, type ManifestRow, type Removal, type RunDay, type SourceRows } from './ledger.ts';

/**
 * The directory by day:
 *
 *     date=2026-11-23/run=r20261124…/part-….parquet    rows
 *     _runs/run=r20261124…/part-….parquet              manifest: file, date, rows; commits the run
 *     _removed/removal=…/part-….parquet                run, date: what shall not count, or was deleted
 *
 * Spark publishes a task's file by one rename, so a write of one file to a directory of its own happens or does not.
 */
export class LedgerFiles {
  readonly #spark: SparkSession;
  readonly directory: string;

  /** @param directory COMPACTED_DIR */
  constructor(spark: SparkSession, directory: string) {
    this.#spark = spark;
    this.directory = directory;
  }

  async read(options: ActionOptions = {}): Promise<Ledger> {
    // Manifests first: a run that is discarded in between is then seen as discarded, and its files as not compacted.
    const manifest = await this.#rows<ManifestRow>(
      '_runs',
      'file STRING, date STRING, rows BIGINT, run STRING',
      options,
    );
    const removals = await this.#rows<Removal>('_removed', 'run STRING, date STRING, removal STRING', options);
    return ledgerOf(manifest, removals);
  }

  /** Commits a run, whose rows are written and verified by now. */
  async commit(run: string, sources: readonly SourceRows[], options: ActionOptions = {}): Promise<void> {
    const manifest = this.#spark.createDataFrame(
      sources.map(({ file, date, rows }) => ({ file, date, rows })),
      'file STRING, date STRING, rows BIGINT',
    );
    await manifest.coalesce(1).write.parquet(`${this.directory}/_runs/run=${run}`, options);
  }

  /** Writes down what is about to be deleted, before anything is: from then on nobody counts it. */
  async remove(removals: readonly Removal[], options: ActionOptions = {}): Promise<void> {
    const frame = this.#spark.createDataFrame(
      removals.map(({ run, date }) => ({ run, date })),
      'run STRING, date STRING',
    );
    await frame.coalesce(1).write.parquet(`${this.directory}/_removed/removal=${randomUUID()}`, options);
  }

  /** Makes the list of removals exist, so that SQL can name it. */
  async prepare(options: ActionOptions = {}): Promise<void> {
    const found = await filesBelow(this.#spark.read.schema('run STRING').parquet(`${this.directory}/_removed`));
    if (found.length === 0) await this.remove([], options);
  }

  pathOf({ run, date }: RunDay): string {
    return `${this.directory}/date=${date}/run=${run}`;
  }

  /** The directories that hold rows, whether they count or not. */
  async written(): Promise<readonly RunDay[]> {
    const files = await filesBelow(this.#spark.read.schema('run STRING').parquet(this.directory));
    const found = new Map<string, RunDay>();
    for (const file of files) {
      const [, date, run] = /\/date=([\d-]+)\/run=([^/]+)\/[^/]+$/.exec(file) ?? [];
      if (date !== undefined && run !== undefined) found.set(`${date} ${run}`, { date, run });
    }
    return [...found.values()];
  }

  /** Deletes rows. */
  async clear(day: RunDay, options: ActionOptions = {}): Promise<void> {
    await emptyDirectory(this.#spark, this.pathOf(day), options);
  }

  async #rows<T>(name: string, schema: string, options: ActionOptions): Promise<T[]> {
    try {
      return await this.#spark.read.schema(schema).parquet(`${this.directory}/${name}`).collect<T>(options);
    } catch (error) {
      if (isNothingThere(error)) return [];
      throw error;
    }
  }
}
