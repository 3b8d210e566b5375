import { type ActionOptions, col, functions as F, type SparkSession } from '@instant-health/spark-connect';
import { type ArchiveSettings, OperatorError } from '../../settings/index.ts';
import { fileName, filesBelow } from './archive.ts';
import { type RunDay, runDays } from './ledger.ts';
import { LedgerFiles } from './ledger-files.ts';

/** A compacted day, as it lies on the disk. */
export interface OldDay {
  readonly date: string;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface OldDays {
  readonly days: readonly OldDay[];
  /** Files of the stream's own archive that hold rows of days which are, or have been, deleted by day. */
  readonly liveFiles: number;
  readonly directories: readonly RunDay[];
}

/** Days that may be deleted: `90d` means older than ninety days. @throws OperatorError `AGE_INVALID`, exit code 2 */
export function parseAge(text: string): number {
  const [, days] = /^([1-9]\d{0,4})d$/.exec(text) ?? [];
  if (days !== undefined) return Number(days);
  throw new OperatorError('AGE_INVALID', `--older-than expects whole days, e.g. 90d, not ${JSON.stringify(text)}`, {
    exitCode: 2,
  });
}

/** Finds what retention would delete: compacted days that ended at least so many days ago. Deletes nothing. */
export async function findOldDays(
  spark: SparkSession,
  { vitals, compacted }: ArchiveSettings,
  olderThanDays: number,
  options: ActionOptions = {},
): Promise<OldDays> {
  const files = new LedgerFiles(spark, compacted);
  const ledger = await files.read(options);
  const end = await firstKeptDay(spark, olderThanDays, options);
  const directories = runDays(ledger).filter(({ date }) => date < end);
  const old = new Set(
    ledger.runs.flatMap(({ sources }) => sources.flatMap(({ file, date }) => (date < end ? [file] : []))),
  );
  const live = old.size === 0 ? [] : await filesBelow(spark.read.parquet(vitals));
  const liveFiles = live.filter((path) => old.has(fileName(path))).length;
  if (directories.length === 0) return { days: [], liveFiles, directories };
  const perFile = spark.read
    .schema('date STRING')
    .option('basePath', compacted)
    .parquet(...directories.map((day) => files.pathOf(day)))
    .groupBy('date', col('_metadata.file_path').as('file'))
    .agg(F.count('*').as('rows'), F.max(col('_metadata.file_size')).as('bytes'));
  const days = await perFile
    .groupBy('date')
    .agg(F.count('*').as('files'), F.sum('rows').as('rows'), F.sum('bytes').as('bytes'))
    .orderBy('date')
    .collect<{ date: string; files: bigint; rows: bigint; bytes: bigint }>(options);
  return {
    days: days.map((day) => ({
      date: day.date,
      files: Number(day.files),
      rows: Number(day.rows),
      bytes: Number(day.bytes),
    })),
    liveFiles,
    directories,
  };
}

/**
 * Deletes compacted days. That their files were compacted stays written down: neither readers nor the next compaction
 * bring them back from the stream's own archive. When it is cut short, the next compaction completes it.
 */
export async function deleteOldDays(
  spark: SparkSession,
  { compacted }: ArchiveSettings,
  { directories }: OldDays,
  options: ActionOptions & { readonly report: (deleted: RunDay) => void },
): Promise<void> {
  if (directories.length === 0) return;
  const files = new LedgerFiles(spark, compacted);
  await files.remove(directories, options);
  for (const day of directories) {
    await files.clear(day, options);
    options.report(day);
  }
}

async function firstKeptDay(spark: SparkSession, olderThanDays: number, options: ActionOptions): Promise<string> {
  const [row] = await spark
    .range(1)
    .select(F.dateFormat(F.dateSub(F.currentDate(), olderThanDays), 'yyyy-MM-dd').as('day'))
    .collect<{ day: string }>(options);
  if (!row) throw new Error('a query for one row gave none');
  return row.day;
}
