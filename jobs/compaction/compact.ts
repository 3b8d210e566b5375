import { randomBytes } from 'node:crypto';
import { col, functions as F, type SparkSession } from '@instant-health/spark-connect';
import { type ArchiveSettings, OperatorError } from '../../settings/index.ts';
import {
  ARCHIVE_SCHEMA,
  FILE_NAME,
  FINGERPRINT,
  type FingerprintRow,
  fingerprintOf,
  inParts,
  type LiveArchive,
  openLiveArchive,
  requireArchiveColumns,
  rowsOfFiles,
} from './archive.ts';
import { type Ledger, newRunId, runDays } from './ledger.ts';
import { LedgerFiles } from './ledger-files.ts';
import { type FileDay, type PlannedDay, type PlannedRun, planRuns } from './run-plan.ts';

export interface CompactionContext {
  readonly spark: SparkSession;
  readonly archive: ArchiveSettings;
  readonly signal: AbortSignal;
  /** Told before each step that may take time, and after each run. */
  readonly report: (progress: CompactionProgress) => void;
}

export type CompactionProgress =
  | { readonly step: 'clean'; readonly directories: number }
  | { readonly step: 'examine'; readonly files: number; readonly of: number }
  | {
      readonly step: 'write' | 'verify' | 'commit';
      readonly date: string;
      readonly files: number;
      readonly rows: bigint;
    }
  | {
      readonly step: 'compacted';
      readonly run: string;
      readonly date: string;
      readonly files: number;
      readonly rows: bigint;
    };

export interface CompactionSummary {
  readonly runs: number;
  /** Of the archive, that were copied. */
  readonly files: number;
  readonly rows: bigint;
  /** Of the archive, that belong to days which are not over. */
  readonly waitingFiles: number;
}

// Readings may be stamped before midnight and committed after it: most of the late ones are in by then.
const GRACE = 'INTERVAL 1 HOUR';

// As large as one block of HDFS, so that a day is read by as many tasks as it is worth.
const FILE_BYTES = 128n * 1024n * 1024n;

const EXAMINED_AT_ONCE = 2_000;

/** What a compaction would do at this moment; reads only. */
export async function planCompaction(context: CompactionContext): Promise<CompactionPlan> {
  const { spark, archive, signal } = context;
  const ledger = await new LedgerFiles(spark, archive.compacted).read({ signal });
  const live = await openLiveArchive(spark, archive.vitals);
  if (!live) return { ledger, live, runs: [], waitingFiles: 0 };
  await requireArchiveColumns(spark, archive.vitals);
  const fresh = live.files.filter((file) => !ledger.compactedFiles.has(file));
  const runs = planRuns(await examine(live, fresh, context), await firstOpenDay(context));
  const planned = new Set(runs.flatMap(({ sources }) => sources.map(({ file }) => file)));
  return { ledger, live, runs, waitingFiles: fresh.length - planned.size };
}

export interface CompactionPlan {
  readonly ledger: Ledger;
  readonly live: LiveArchive | undefined;
  readonly runs: readonly PlannedRun[];
  readonly waitingFiles: number;
}

/**
 * Copies the archive's files of days that are over into the directory by day. The stream may write meanwhile: its files and
 * its log are only read. Can be stopped or killed at any moment; what was not committed is thrown away by the next one.
 * @throws OperatorError `COMPACTION_DIFFERS` when what was written is not what was read; nothing is committed then
 */
export async function compactArchive(context: CompactionContext): Promise<CompactionSummary> {
  const { spark, archive, signal } = context;
  const files = new LedgerFiles(spark, archive.compacted);
  await cleanUp(files, context);
  const { live, runs, waitingFiles } = await planCompaction(context);
  if (live && runs.length > 0) await files.prepare({ signal });
  let [copied, rows] = [0, 0n];
  for (const run of runs) {
    if (!live) break;
    const done = await compactRun(files, live, run, context);
    copied += done.files;
    rows += done.rows;
  }
  return { runs: runs.length, files: copied, rows, waitingFiles };
}

async function compactRun(
  files: LedgerFiles,
  live: LiveArchive,
  { sources, days }: PlannedRun,
  { spark, signal, report }: CompactionContext,
): Promise<{ files: number; rows: bigint }> {
  const run = newRunId(new Date(), randomBytes(4).toString('hex'));
  const names = [...new Set(sources.map(({ file }) => file))];
  const copied = rowsOfFiles(live, names);
  const total = { files: names.length, rows: days.reduce((sum, { fingerprint }) => sum + fingerprint.rows, 0n) };
  const last = days.at(-1)?.date ?? '';
  for (const day of days) {
    signal.throwIfAborted();
    const told = { date: day.date, files: names.length, rows: day.fingerprint.rows };
    report({ step: 'write', ...told });
    const path = files.pathOf({ run, date: day.date });
    await copied
      .filter(dateOf('message_time').eq(day.date))
      .repartition(Number(day.bytes / FILE_BYTES) + 1)
      // A patient's readings beside each other, in order: smaller files, and a reader of one patient skips the rest.
      .sortWithinPartitions('customerId', 'message_time')
      .write.option('compression', 'snappy')
      .parquet(path, { signal });
    report({ step: 'verify', ...told });
    await verify(spark, path, day, signal);
  }
  signal.throwIfAborted();
  report({ step: 'commit', date: last, ...total });
  await files.commit(run, sources, { signal });
  report({ step: 'compacted', run, date: last, ...total });
  return total;
}

/** Compares what can be read from the new directory with what was read from the archive's files one by one. */
async function verify(spark: SparkSession, path: string, day: PlannedDay, signal: AbortSignal): Promise<void> {
  const written = spark.read
    .schema(ARCHIVE_SCHEMA)
    .parquet(path)
    .agg(...FINGERPRINT);
  const [found] = (await written.collect<FingerprintRow>({ signal })).map(fingerprintOf);
  if (found?.rows === day.fingerprint.rows && found.checksum === day.fingerprint.checksum) return;
  throw new OperatorError(
    'COMPACTION_DIFFERS',
    `${day.date}: ${day.fingerprint.rows} rows were to be copied, ${found?.rows ?? 0} were written, or others; nothing was committed`,
    { next: 'The archive is untouched; run it again. If that does not help, its files are not what they were.' },
  );
}

/** What each of the files holds, by day. */
async function examine(
  live: LiveArchive,
  names: readonly string[],
  { signal, report }: CompactionContext,
): Promise<FileDay[]> {
  const found: FileDay[] = [];
  for (const [index, part] of inParts(names, EXAMINED_AT_ONCE).entries()) {
    report({ step: 'examine', files: index * EXAMINED_AT_ONCE, of: names.length });
    const rows = await rowsOfFiles(live, part)
      .groupBy(FILE_NAME.as('file'), dateOf('message_time').as('date'))
      .agg(F.max(col('_metadata.file_size')).as('bytes'), ...FINGERPRINT)
      .collect<FingerprintRow & { file: string; date: string; bytes: bigint }>({ signal });
    for (const { file, date, bytes, ...row } of rows) found.push({ file, date, bytes, ...fingerprintOf(row) });
  }
  return found;
}

/** The first day whose readings may still come, by the clock of the server, which also stamps them. */
async function firstOpenDay({ spark, signal }: CompactionContext): Promise<string> {
  const [row] = await spark
    .range(1)
    .select(F.dateFormat(F.expr(`current_timestamp() - ${GRACE}`), 'yyyy-MM-dd').as('day'))
    .collect<{ day: string }>({ signal });
  if (!row) throw new Error('a query for one row gave none');
  return row.day;
}

function dateOf(column: string) {
  return F.dateFormat(column, 'yyyy-MM-dd');
}

/** Deletes what does not count: rows of runs that never were committed, and of days whose deletion was cut short. */
async function cleanUp(files: LedgerFiles, { signal, report }: CompactionContext): Promise<void> {
  const written = await files.written();
  if (written.length === 0) return;
  // After the look at the directories: a run that is committed in between is not taken for one that is not.
  const ledger = await files.read({ signal });
  const counted = new Set(runDays(ledger).map(({ run, date }) => `${run} ${date}`));
  const leftover = written.filter(({ run, date }) => !counted.has(`${run} ${date}`));
  if (leftover.length === 0) return;
  report({ step: 'clean', directories: leftover.length });
  const known = new Set(ledger.runs.map(({ id }) => id));
  // Written down first: should its process come back to life and commit it after all, nobody would believe it.
  const discarded = [...new Set(leftover.map(({ run }) => run))].filter((run) => !known.has(run));
  if (discarded.length > 0)
    await files.remove(
      discarded.map((run) => ({ run, date: null })),
      { signal },
    );
  for (const day of leftover) await files.clear(day, { signal });
}
