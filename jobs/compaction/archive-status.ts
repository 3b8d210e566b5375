import type { SparkSession } from '@instant-health/spark-connect';
import type { ArchiveSettings } from '../../settings/index.ts';
import { openLiveArchive } from './archive.ts';
import { LedgerFiles } from './ledger-files.ts';

/** Where the readings are, for people and machines. */
export interface ArchiveStatus {
  /** COMPACTED_DIR */
  readonly compacted: string;
  readonly days: number;
  readonly firstDay: string | undefined;
  readonly lastDay: string | undefined;
  readonly rows: number;
  /** VITALS_DIR */
  readonly vitals: string;
  /** Files of it that are not compacted. */
  readonly files: number;
}

export async function archiveStatus(
  spark: SparkSession,
  { vitals, compacted }: ArchiveSettings,
): Promise<ArchiveStatus> {
  const { runs, compactedFiles } = await new LedgerFiles(spark, compacted).read();
  const live = await openLiveArchive(spark, vitals);
  const kept = runs.flatMap(({ sources, dates }) => sources.filter(({ date }) => dates.includes(date)));
  const days = [...new Set(kept.map(({ date }) => date))].sort();
  return {
    compacted,
    days: days.length,
    firstDay: days[0],
    lastDay: days.at(-1),
    rows: Number(kept.reduce((sum, { rows }) => sum + rows, 0n)),
    vitals,
    files: live?.files.filter((file) => !compactedFiles.has(file)).length ?? 0,
  };
}

/** Which directory to read for what. */
export function archiveLines({ compacted, days, firstDay, lastDay, rows, vitals, files }: ArchiveStatus): string[] {
  const byDay = `  ${days} days (${firstDay} to ${lastDay}), ${rows} rows: ${compacted}`;
  return ['archive', ...(days === 0 ? [] : [byDay]), `  ${files} files that are not compacted: ${vitals}`];
}
