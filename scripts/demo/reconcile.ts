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
 * rules alone, without Spark; what was mailed is read from the mails themselves.
 *
 * @param sent readings that the producer sent: the first of the table, in the order of their ids
 */
export async function reconcile(
  connection: Connection,
  { sent, archived, mails }: { sent: number; archived: number; mails: readonly CaughtMail[] },
): Promise<readonly Check[]> {
  const expected = await expectedBreaches(connection, sent);
  const mailed = mailedBreaches(mails);
  const kinds = new Set([...expected.keys(), ...mailed.keys()]);
  const covered = [...kinds].filter((kind) => expected.get(kind) === mailed.get(kind));
  return [
    check('rows in parquet = readings sent', sent, archived),
    check('readings out of limits that mails tell of', total(expected), total(mailed)),
    check('patients, attributes and directions for which both agree', kinds.size, covered.length),
  ];
}

async function expectedBreaches(connection: Connection, sent: number): Promise<Map<string, number>> {
  const [limits, patients] = [await readLimits(connection), await readPatients(connection)];
  const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
  const [readings] = await connection.query<(RowDataPacket & { customerId: number; heartBeat: number; bp: number })[]>(
    'SELECT customerId, heartBeat, bp FROM patients_vital_info ORDER BY id LIMIT ?',
    [sent],
  );
  const counts = new Map<string, number>();
  for (const reading of readings) {
    for (const { customerId, attribute, direction } of judge(reading, limits, (id) => ages.get(id)).breaches) {
      add(counts, kindOf(customerId, attribute === 'bp' ? 'Blood pressure' : 'Heart beat', direction), 1);
    }
  }
  return counts;
}

function mailedBreaches(mails: readonly CaughtMail[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of mails) {
    const headline = /^(?:CRITICAL: )?(.+) too (low|high),/m.exec(text);
    const patient = /^Patient:\s+(\d+)/m.exec(text);
    const readings = /^Readings out of range:\s+(\d+)/m.exec(text);
    if (!headline || !patient || !readings) throw new Error(`a mail that tells no alert: ${text.slice(0, 80)}`);
    add(counts, kindOf(Number(patient[1]), String(headline[1]), String(headline[2])), Number(readings[1]));
  }
  return counts;
}

function kindOf(customerId: number, attribute: string, direction: string): string {
  return `${customerId} ${attribute} ${direction}`;
}

function add(counts: Map<string, number>, kind: string, increment: number): void {
  counts.set(kind, (counts.get(kind) ?? 0) + increment);
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function check(what: string, expected: number, found: number): Check {
  return { what, expected, found, holds: expected === found };
}
