import type { Pool, RowDataPacket } from 'mysql2/promise';
import { codeOf } from '../../settings/index.ts';
import { OVERDUE_MINUTES } from './outbox.ts';

/** What people must know of the alerts of a topic. */
export interface AlertStatus {
  /** By name, those that are not zero: open episodes, mails by state, silent patients, measurements without limits. */
  readonly counts: Readonly<Record<string, number>>;
  /** Notifications that nobody will be told of unless somebody looks after them, the newest first. */
  readonly failed: readonly UntoldNotification[];
  /** Notifications that somebody should have been told of by now; they are tried on. The oldest first. */
  readonly overdue: readonly UntoldNotification[];
}

export interface UntoldNotification {
  readonly key: string;
  readonly kind: string;
  readonly reason: string;
  /** UTC. */
  readonly since: string;
}

const SHOWN = 10;

/** Reads the state of the alerts; empty where no driver has ever run on this database. */
export async function readAlertStatus(pool: Pool, topic: string): Promise<AlertStatus> {
  try {
    const [[counts], [failed], [overdue]] = await Promise.all([
      pool.query<(RowDataPacket & { name: string; number: string | number })[]>(COUNTS, Array(8).fill(topic)),
      pool.query<(RowDataPacket & UntoldNotification)[]>(
        `SELECT ${UNTOLD} FROM alert_outbox WHERE topic = ? AND state = 'failed' ORDER BY id DESC LIMIT ${SHOWN}`,
        [topic],
      ),
      pool.query<(RowDataPacket & UntoldNotification)[]>(
        `SELECT ${UNTOLD} FROM alert_outbox WHERE topic = ? AND state IN ('pending', 'sending')
            AND created_at < NOW(3) - INTERVAL ${OVERDUE_MINUTES} MINUTE ORDER BY id LIMIT ${SHOWN}`,
        [topic],
      ),
    ]);
    const present = counts.map(({ name, number }): [string, number] => [name, Number(number)]);
    return {
      counts: Object.fromEntries(present.filter(([, number]) => number > 0)),
      failed: failed.map((row) => ({ ...row })),
      overdue: overdue.map((row) => ({ ...row })),
    };
  } catch (error) {
    if (codeOf(error) === 'ER_NO_SUCH_TABLE') return { counts: {}, failed: [], overdue: [] };
    throw error;
  }
}

const UNTOLD = "notification_key AS `key`, kind, COALESCE(last_error, '') AS reason, created_at AS since";

const COUNTS = `
  SELECT 'open episodes' AS name, COUNT(*) AS number FROM alert_episode WHERE topic = ? AND active = 1 AND phase = 'open'
  UNION ALL
  SELECT 'of these critical', COUNT(*) FROM alert_episode
   WHERE topic = ? AND active = 1 AND phase = 'open' AND severity = 'critical'
  UNION ALL
  SELECT 'mails sent', COUNT(DISTINCT mail_id) FROM alert_outbox WHERE topic = ? AND state = 'sent'
  UNION ALL
  SELECT 'notifications waiting for a mail', COUNT(*) FROM alert_outbox WHERE topic = ? AND state IN ('pending', 'sending')
  UNION ALL
  SELECT 'notifications that failed', COUNT(*) FROM alert_outbox WHERE topic = ? AND state = 'failed'
  UNION ALL
  SELECT 'notifications silenced', COUNT(*) FROM alert_outbox WHERE topic = ? AND state = 'silenced'
  UNION ALL
  SELECT 'silent patients', COUNT(*) FROM alert_patient WHERE topic = ? AND silent_since IS NOT NULL
    AND customerId IN (SELECT customerId FROM patients_information)
  UNION ALL
  SELECT 'measurements without limits', without_limits FROM alert_leader WHERE topic = ?`;
