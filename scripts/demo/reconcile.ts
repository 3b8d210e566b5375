import type { SparkSession } from '@instant-health/spark-connect';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { readLimits, readPatients } from '../../database/index.ts';
import { judge } from '../../jobs/alerts/limits.ts';
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
  { sent, archived, mails }: { sent: number; archived: number; mails: readonly CaughtMail[] },
): Promise<readonly Check[]> {
  const { excursions, outOfLimits } = await expectedExcursions(connection, sent);
  const sections = mails.flatMap(({ text }) => sectionsOf(text));
  const begun = sections.filter(({ status }) => /^(?:New|Began)/.test(status));
  const over = sections.filter(({ status }) => /range, was/.test(status));
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

/** Readings of one patient, attribute and direction as letters, x for out of limits: an excursion lasts until three are not. */
const EXCURSION = /x(?:\.{0,2}x)*(\.{3})?/g;

/** One patient, attribute and direction out of limits, as the rows or the mails tell it. */
interface Excursion {
  readonly customerId: number;
  readonly attribute: string;
  readonly direction: string;
  /** Readings out of limits. */
  readonly readings: number;
}

async function expectedExcursions(connection: Connection, sent: number) {
  const [limits, patients] = [await readLimits(connection), await readPatients(connection)];
  const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
  const [readings] = await connection.query<(RowDataPacket & { customerId: number; heartBeat: number; bp: number })[]>(
    'SELECT customerId, heartBeat, bp FROM patients_vital_info ORDER BY id LIMIT ?',
    [sent],
  );
  const letters = new Map<string, string>();
  let outOfLimits = 0;
  for (const reading of readings) {
    const { breaches } = judge(reading, limits, (id) => ages.get(id));
    outOfLimits += breaches.length;
    for (const attribute of ['heartBeat', 'bp']) {
      for (const direction of ['low', 'high']) {
        const isOut = breaches.some((breach) => breach.attribute === attribute && breach.direction === direction);
        const kind = JSON.stringify([
          reading.customerId,
          attribute === 'bp' ? 'Blood pressure' : 'Heart beat',
          direction,
        ]);
        letters.set(kind, (letters.get(kind) ?? '') + (isOut ? 'x' : '.'));
      }
    }
  }
  const excursions = [...letters].flatMap(([kind, line]) => {
    const [customerId, attribute, direction] = JSON.parse(kind) as [number, string, string];
    return [...line.matchAll(EXCURSION)].map(([text, ending]) => {
      return {
        customerId,
        attribute,
        direction,
        readings: text.replaceAll('.', '').length,
        ended: ending !== undefined,
      };
    });
  });
  return { excursions, outOfLimits };
}

/** What a mail says of each episode that it tells of. */
function sectionsOf(text: string): (Excursion & { readonly status: string })[] {
  const found = text.matchAll(
    /^(?:CRITICAL: )?(Heart beat|Blood pressure) (.+)\n\n(?:.+\n)*?Patient: +(\d+)\nStatus: +(.+)\n(?:.+\n)*?Readings out of range: +(\d+)/gm,
  );
  const sections = [...found].map(([, attribute = '', headline = '', patient, status = '', readings]) => ({
    customerId: Number(patient),
    attribute,
    direction: /too (low|high)/.exec(`${headline} ${status}`)?.[1] ?? '',
    readings: Number(readings),
    status,
  }));
  if (sections.length === 0) throw new Error(`a mail that tells no alert: ${text.slice(0, 80)}`);
  return sections;
}

function kindOf({ customerId, attribute, direction }: Excursion): string {
  return `${customerId} ${attribute} ${direction}`;
}

function lengthOf(excursion: Excursion): string {
  return `${kindOf(excursion)} ${excursion.readings}`;
}

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
