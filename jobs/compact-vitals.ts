import { archiveSettings } from '../settings/index.ts';
import type { BatchContext, BatchJob } from './batch-job.ts';
import { type CompactionContext, compactArchive, planCompaction } from './compaction/compact.ts';
import { deleteOldDays, findOldDays, type OldDays } from './compaction/retention.ts';

/** Rewrites the many small files that patient-vitals makes into few by day, and deletes old days when told. */
export const compactVitals: BatchJob = {
  name: 'compact-vitals',
  description: "the archive's small files into one directory by day; --older-than 90d deletes old days",

  identity: (environment) => archiveSettings(environment).compacted,

  describe(environment) {
    const { vitals, compacted } = archiveSettings(environment);
    return { VITALS_DIR: vitals, COMPACTED_DIR: compacted };
  },

  async run(context) {
    if (context.isDryRun) await preview(context);
    else await compact(context);
    if (context.olderThanDays !== undefined) await retain(context, context.olderThanDays);
    if (!context.isDryRun) tellWhereToRead(context);
  },
};

async function preview(context: BatchContext): Promise<void> {
  const { runs, waitingFiles } = await planCompaction(compactionContext(context));
  for (const { sources, days } of runs) {
    const date = days.map((day) => day.date).join(' and ');
    const files = new Set(sources.map(({ file }) => file)).size;
    const rows = Number(days.reduce((sum, { fingerprint }) => sum + fingerprint.rows, 0n));
    context.report(`${date}: would copy ${count(rows, 'row')} of ${count(files, 'file')}`, {
      would: 'copy',
      date,
      files,
      rows,
    });
  }
  if (runs.length === 0) context.report(nothingToDo(waitingFiles), { would: 'nothing', waitingFiles });
}

async function compact(context: BatchContext): Promise<void> {
  const { runs, files, rows, waitingFiles } = await compactArchive(compactionContext(context));
  const summary = { done: true, runs, files, rows: Number(rows), waitingFiles };
  if (runs === 0) return context.report(nothingToDo(waitingFiles), summary);
  const rest =
    waitingFiles === 0 ? '' : `; ${count(waitingFiles, 'file')} of a day that is not over stay where they are`;
  context.report(`${count(Number(rows), 'row')} of ${count(files, 'file')} compacted${rest}`, summary);
}

function nothingToDo(waitingFiles: number): string {
  const rest = waitingFiles === 0 ? '' : `: ${count(waitingFiles, 'file')} belong to a day that is not over`;
  return `nothing to compact${rest}`;
}

function compactionContext({ spark, environment, signal, progress, report }: BatchContext): CompactionContext {
  return {
    spark,
    archive: archiveSettings(environment),
    signal,
    report(event) {
      switch (event.step) {
        case 'clean':
          return progress(`throwing away what was not committed (${event.directories} directories)`);
        case 'examine':
          return progress(`reading new files (${event.files} of ${event.of} done)`);
        case 'compacted': {
          const { run, date, files } = event;
          const rows = Number(event.rows);
          return report(`${date}: ${count(rows, 'row')} of ${count(files, 'file')} verified and committed (${run})`, {
            run,
            date,
            files,
            rows,
          });
        }
        default:
          return progress(`${DOING[event.step]} ${event.date} (${count(Number(event.rows), 'row')})`);
      }
    },
  };
}

const DOING = { write: 'writing', verify: 'verifying', commit: 'committing' } as const;

async function retain(context: BatchContext, olderThanDays: number): Promise<void> {
  const { spark, environment, signal, isConfirmed, isDryRun, progress, report } = context;
  const archive = archiveSettings(environment);
  progress(`looking for compacted days older than ${count(olderThanDays, 'day')}`);
  const old = await findOldDays(spark, archive, olderThanDays, { signal });
  const deletes = isConfirmed && !isDryRun;
  for (const { date, files, rows, bytes } of old.days) {
    const what = `${count(files, 'file')}, ${count(rows, 'row')}, ${bytes.toLocaleString('en')} bytes`;
    report(`${date}: ${deletes ? 'deleting' : 'would delete'} ${what}`, {
      [deletes ? 'delete' : 'wouldDelete']: date,
      files,
      rows,
      bytes,
    });
  }
  if (old.days.length === 0) report('no compacted day is that old', { deletedDays: 0 });
  else if (deletes) {
    await deleteOldDays(spark, archive, old, { signal, report: ({ date }) => progress(`deleting (${date} is gone)`) });
    report(`${count(old.days.length, 'day')} deleted`, { deletedDays: old.days.length });
  } else report('nothing was deleted; --yes deletes it', { deletedDays: 0 });
  tellOfLiveFiles(context, old);
}

/** The stream's own files cannot be deleted like that: its log names them, and readers fail over one that is missing. */
function tellOfLiveFiles({ environment, report }: BatchContext, { liveFiles }: OldDays): void {
  if (liveFiles === 0) return;
  const { vitals } = archiveSettings(environment);
  report(`${count(liveFiles, 'file')} in ${vitals} still hold rows of such days; docs/archive.md tells how they go`, {
    liveFiles,
  });
}

function tellWhereToRead({ environment, report }: BatchContext): void {
  const { vitals, compacted } = archiveSettings(environment);
  report(`read ${compacted} for days that are over, ${vitals} for the rest; docs/archive.md has the query`, {
    compacted,
    vitals,
  });
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`;
}
