import { functions as F, lit } from '@instant-health/spark-connect';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { openSession } from '../../helpers/jobs-surroundings.ts';
import type { CaughtMail } from '../../helpers/smtp.ts';
import type { Facts, ReceivedMail, StoredEpisode, StoredNotification, TableRow } from './ledger.ts';
import { valuesOf } from './ledger.ts';
import type { SystemUnderFaults } from './surroundings.ts';
import { readRecords } from './topic-reader.ts';

/** Mails so far, with what the ledger needs of them only. */
export class MailLog {
  readonly mails: ReceivedMail[] = [];
  readonly refused: ReceivedMail[] = [];

  /** Empties the catcher's lists, which hold mails whole. */
  take(catcher: { readonly mails: CaughtMail[]; readonly refused: CaughtMail[] }): void {
    this.mails.push(...catcher.mails.splice(0).map(received));
    // A mail that is to be tried again is no loss; only what was refused for good counts.
    const forGood = catcher.refused.splice(0).filter(({ responseCode = 0 }) => responseCode >= 500);
    this.refused.push(...forGood.map(received));
  }
}

export async function readFacts({ around, pool }: SystemUnderFaults, { mails, refused }: MailLog): Promise<Facts> {
  const { topic, rejected } = await readRecords(around.environment);
  return {
    rows: await readRows(pool),
    topic,
    rejected,
    ...(await readFiles(around.environment)),
    ...(await readAlerts(pool)),
    mails,
    refused,
    doctors: await readDoctors(pool),
  };
}

export async function readRows(pool: Pool): Promise<readonly TableRow[]> {
  const [rows] = await pool.query<(RowDataPacket & TableRow)[]>(
    'SELECT id, customerId, heartBeat, bp FROM patients_vital_info ORDER BY id',
  );
  return rows;
}

async function readFiles(environment: Readonly<Record<string, string>>) {
  const at = (variable: string) => `${environment.HDFS_URL}${environment[variable]}`;
  const spark = await openSession();
  try {
    const counted = await spark.read
      .parquet(at('VITALS_DIR'))
      .groupBy('customerId', 'heartBeat', 'bp')
      .agg(F.count(lit(1)).cast('int').as('times'))
      .collect<{ customerId: number; heartBeat: number; bp: number; times: number }>();
    const places = await spark.read
      .parquet(at('QUARANTINE_DIR'))
      .select('partition', 'offset')
      .collect<{ partition: number; offset: bigint }>();
    return {
      archive: new Map(counted.map((row) => [valuesOf(row), row.times])),
      quarantine: places.map(({ partition, offset }) => `${partition}/${offset}`),
    };
  } finally {
    await spark.stop();
  }
}

async function readAlerts(pool: Pool) {
  const [episodes] = await pool.query<(RowDataPacket & StoredEpisode & { phase: string })[]>(
    `SELECT id, customerId, attribute, direction, severity, worst_value AS worst, breaches, phase
       FROM alert_episode WHERE phase <> 'pending'`,
  );
  const [notifications] = await pool.query<(RowDataPacket & StoredNotification)[]>(
    'SELECT notification_key AS `key`, episode_id AS episodeId, state, recipient FROM alert_outbox WHERE episode_id IS NOT NULL',
  );
  return { episodes: episodes.map((row) => ({ ...row, ended: row.phase === 'ended' })), notifications };
}

async function readDoctors(pool: Pool): Promise<ReadonlyMap<number, string>> {
  const [rows] = await pool.query<(RowDataPacket & { customerId: number; doctor: string })[]>(
    'SELECT customerId, doctor_email AS doctor FROM patients_information',
  );
  return new Map(rows.map(({ customerId, doctor }) => [customerId, doctor]));
}

function received({ mail, to }: CaughtMail): ReceivedMail {
  const names = mail.headers.get('x-instant-health-notifications');
  const keys = typeof names === 'string' ? names.split(/\s+/).filter((name) => name !== '') : [];
  return { messageId: mail.messageId ?? '', keys, to };
}
