import type { SparkSession } from '@instant-health/spark-connect';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { readLimits, readPatients } from '../../database/index.ts';
import type { Reading } from '../../jobs/alerts/limits.ts';
import { excursionsOf, kindOf, lengthOf, toldExcursions } from './excursions.ts';
import type { CaughtMail } from './mailbox.ts';

/** One promise of the demo, and whether it held. */
export interface Check {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
  readonly holds: boolean;
}

/** Rows in the archive's parquet files, counted by Spark. */
export async function archivedRows(spark: SparkSession, directory: string): Promise<number> {
  return spark.read.parquet(directory).count();
}

/**
 * Compares what came out with what was sent. What should have been mailed is worked out from the database's rows by the
 * limits and one pattern, without Spark and without the episodes' own code; what was mailed is read from the mails themselves.
 *
 * @param sent readings that the producer sent: the first of the table, in the order of their ids
 */
export async function reconcile(
  connection: Connection,
  { sent, archived, mails }: { sent: number; archived: number; mails: readonly Pick<CaughtMail, 'text'>[] },
): Promise<readonly Check[]> {
  const [limits, patients] = [await readLimits(connection), await readPatients(connection)];
  const [readings] = await connection.query<(RowDataPacket & Reading)[]>(
    'SELECT customerId, heartBeat, bp FROM patients_vital_info ORDER BY id LIMIT ?',
    [sent],
  );
  const { excursions, outOfLimits } = excursionsOf(readings, limits, patients);
  const told = mails.flatMap(({ text }) => toldExcursions(text));
  const begun = told.filter(({ begins }) => begins);
  const over = told.filter(({ ends }) => ends);
  const ended = excursions.filter((excursion) => excursion.ended);
  return [
    check('rows in parquet = readings sent', sent, archived),
    check('excursions out of limits whose begin a mail tells of', excursions.length, begun.length),
    check('of these as the rows have them', excursions.length, inCommon(excursions.map(kindOf), begun.map(kindOf))),
    check('ends that a mail tells of', ended.length, over.length),
    check(
      'of these with as many readings as the rows have',
      ended.length,
      inCommon(ended.map(lengthOf), over.map(lengthOf)),
    ),
    {
      what: `mails for ${outOfLimits} readings out of limits: 5 % at most`,
      expected: Math.floor(outOfLimits * MAILS_PER_READING),
      found: mails.length,
      holds: mails.length <= outOfLimits * MAILS_PER_READING,
    },
  ];
}

const MAILS_PER_READING = 0.05;

/** How many of two lists can be paired, each once. */
function inCommon(ones: readonly string[], others: readonly string[]): number {
  const left = [...others];
  return ones.filter((one) => {
    const place = left.indexOf(one);
    if (place >= 0) left.splice(place, 1);
    return place >= 0;
  }).length;
}

function check(what: string, expected: number, found: number): Check {
  return { what, expected, found, holds: expected === found };
}
