import type { DataFrame, SparkSession } from '@instant-health/spark-connect';
import type { ArchiveSettings } from '../../settings/index.ts';
import { ARCHIVE_COLUMNS, ARCHIVE_SCHEMA, openLiveArchive, rowsOfFiles } from './archive.ts';
import { runDays } from './ledger.ts';
import { LedgerFiles } from './ledger-files.ts';

/**
 * All readings, each once: compacted days from the directory by day, the rest from the files of the stream. What is
 * compacted or archived after the call does not change what the DataFrame holds. Days that were deleted are not in it.
 * A query that is still running when its days are deleted fails; ask again then.
 * @returns customerId INT, heartBeat INT, bp INT, message_time TIMESTAMP; in no order
 * @throws OperatorError `ARCHIVE_UNKNOWN` where VITALS_DIR is no archive
 */
export async function readArchive(spark: SparkSession, { vitals, compacted }: ArchiveSettings): Promise<DataFrame> {
  const files = new LedgerFiles(spark, compacted);
  // The ledger first: files that it does not know yet are then read from the stream's, whatever happens in between.
  const ledger = await files.read();
  const live = await openLiveArchive(spark, vitals);
  const days = runDays(ledger).map((day) => files.pathOf(day));
  const parts: DataFrame[] = [];
  if (days.length > 0) parts.push(spark.read.schema(ARCHIVE_SCHEMA).parquet(...days));
  if (live) {
    const rest = live.files.filter((file) => !ledger.compactedFiles.has(file));
    if (rest.length > 0) parts.push(rowsOfFiles(live, rest));
  }
  const [first = spark.createDataFrame([], ARCHIVE_SCHEMA), ...others] = parts.map((part) =>
    part.select(...ARCHIVE_COLUMNS),
  );
  return others.reduce((all, part) => all.union(part), first);
}
