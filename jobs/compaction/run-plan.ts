import { type Fingerprint, inParts, sumOf } from './archive.ts';
import type { SourceRows } from './ledger.ts';

/** What one file of the archive holds of one day. */
export interface FileDay extends SourceRows, Fingerprint {
  /** Of the whole file. */
  readonly bytes: bigint;
}

/** What one run is to copy: whole files, and the rows that they must give for each day. */
export interface PlannedRun {
  readonly sources: readonly SourceRows[];
  readonly days: readonly PlannedDay[];
}

export interface PlannedDay {
  readonly date: string;
  readonly fingerprint: Fingerprint;
  /** About as large as the rows of the day are now. */
  readonly bytes: bigint;
}

// More would make long plans: Spark is told the files by name.
const MOST_FILES = 10_000;

/**
 * Decides what is copied together: the files of a day make a run. A file is copied whole or not at all, and only when the
 * last of its days is over, so that a day becomes one run; what comes late becomes a run of its own.
 * @param today the first day that is not over, YYYY-MM-DD
 */
export function planRuns(fileDays: readonly FileDay[], today: string): PlannedRun[] {
  const files = new Map<string, FileDay[]>();
  for (const day of fileDays) files.set(day.file, [...(files.get(day.file) ?? []), day]);
  const byDay = new Map<string, FileDay[][]>();
  for (const days of files.values()) {
    const last =
      days
        .map(({ date }) => date)
        .sort()
        .at(-1) ?? '';
    if (last >= today) continue;
    const together = byDay.get(last);
    if (together) together.push(days);
    else byDay.set(last, [days]);
  }
  return [...byDay.keys()].sort().flatMap((date) => {
    const group = byDay.get(date) ?? [];
    return inParts(group, MOST_FILES).map(planned);
  });
}

function planned(files: readonly (readonly FileDay[])[]): PlannedRun {
  const fileDays = files.flat();
  const dates = [...new Set(fileDays.map(({ date }) => date))].sort();
  return {
    sources: fileDays.map(({ file, date, rows }) => ({ file, date, rows })),
    days: dates.map((date) => {
      const parts = fileDays.filter((day) => day.date === date);
      return { date, fingerprint: sumOf(parts), bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0n) };
    }),
  };
}
