import type { Connection, Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { LinkedNotification } from './acknowledge-token.ts';
import { inPieces } from './in-pieces.ts';
import type { Leadership } from './leadership.ts';
import type { Severity } from './limits.ts';
import type { MailItem } from './mail-item.ts';

/** A notification that waits to be told by mail. */
export interface OutboxEntry {
  /** The same whenever the same readings are read; one that is there already is not told again. */
  readonly key: string;
  readonly episodeId: string | undefined;
  readonly customerId: number | undefined;
  readonly kind: string;
  readonly severity: Severity;
  /** One mail address; empty where there is none, then it can only be shown as failed. */
  readonly recipient: string;
  readonly content: MailItem;
  /** What withholds it: it is kept as `silenced`, and no mail tells it. */
  readonly silenceId?: string | undefined;
}

/** A notification that is not told yet. */
export interface WaitingRow {
  readonly id: string;
  readonly key: string;
  readonly episodeId: string | null;
  readonly customerId: number | null;
  readonly kind: string;
  readonly severity: Severity;
  readonly recipient: string;
  /** The mail that it was put into at the first attempt. */
  readonly mailId: string | null;
  readonly attempts: number;
  /** Free to be sent now: not waiting after a failure, and in nobody's hands. */
  readonly due: boolean;
  /** Milliseconds until it is, by the database's clock; 0 when it is due. */
  readonly dueInMs: number;
  /** Critical and new: worth a mail soon after the last one, and before others. */
  readonly isUrgent: boolean;
}

/** So long after a mail something new waits for the next one to the same recipient; see the settings of the same names. */
export interface MailGaps {
  readonly mailGapMs: number;
  readonly urgentMailGapMs: number;
}

/** Renewed while a mail is being sent, however long that takes; so soon somebody else may send what a dead driver held. */
export const LEASE_MS = 12_000;

/** After a mail that was refused for now. */
export const LONGEST_PAUSE_MS = 5 * 60_000;

/** Longer than any gap between mails, and than a mail server takes to greylist. */
export const OVERDUE_MINUTES = 10;

const LOOK_AHEAD = 1_000;

/** Puts notifications into the outbox, within the transaction that makes them true. */
export async function enqueue(connection: Connection, topic: string, entries: readonly OutboxEntry[]): Promise<void> {
  await inPieces(entries, (piece) =>
    connection.query(
      `INSERT INTO alert_outbox
         (notification_key, topic, episode_id, customerId, kind, severity, recipient, content, state, last_error, silence_id,
          not_before, created_at)
       VALUES ${piece.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3), NOW(3))').join(', ')}
       ON DUPLICATE KEY UPDATE notification_key = VALUES(notification_key)`,
      piece.flatMap((entry) => outboxValues(entry, topic)),
    ),
  );
}

function outboxValues(
  { key, episodeId, customerId, kind, severity, recipient, content, silenceId }: OutboxEntry,
  topic: string,
): readonly unknown[] {
  const [state, error] =
    silenceId !== undefined ? ['silenced', null] : recipient === '' ? ['failed', 'no mail address'] : ['pending', null];
  return [
    key,
    topic,
    episodeId ?? null,
    customerId ?? null,
    kind,
    severity,
    recipient,
    JSON.stringify(content),
    state,
    error,
    silenceId ?? null,
  ];
}

/**
 * Reads what waits: first what may be mailed now, then the rest, each with what is urgent first and then the oldest. However much
 * waits for a recipient whose server says "later", or who has just had a mail, the others' are found. What was put into one mail
 * comes whole.
 */
export async function readWaiting(pool: Pool, topic: string, gaps?: MailGaps): Promise<readonly WaitingRow[]> {
  let rows = await selectWaiting(pool, 'topic = ?', FIRST_WHAT_MAY_BE_MAILED, [topic]);
  if (rows.length < LOOK_AHEAD) return rows;
  const mailed = gaps === undefined ? [] : await mailedLately(pool, topic, gaps);
  if (mailed.length > 0) {
    const order = `recipient IN (?) AND mailId IS NULL, ${FIRST_WHAT_MAY_BE_MAILED}`;
    rows = await selectWaiting(pool, 'topic = ?', order, [topic, mailed]);
  }
  const mails = [...new Set(rows.flatMap(({ mailId }) => (mailId === null ? [] : [mailId])))];
  if (mails.length === 0) return rows;
  const whole = await selectWaiting(pool, 'topic = ? AND mail_id IN (?)', 'id', [topic, mails]);
  return [...whole, ...rows.filter(({ mailId }) => mailId === null)];
}

const FIRST_WHAT_MAY_BE_MAILED = `dueInMs > 0 OR (mailId IS NULL AND isBehind), isUrgent DESC, id LIMIT ${LOOK_AHEAD}`;

/** Who has had a mail so lately that all that is new to them waits; what is urgent waits less, and takes the rest along. */
async function mailedLately(pool: Pool, topic: string, { mailGapMs, urgentMailGapMs }: MailGaps): Promise<string[]> {
  const [rows] = await pool.query<(RowDataPacket & { recipient: string; urgent: string | number })[]>(
    `SELECT recipient, MAX(${IS_URGENT}) AS urgent FROM alert_outbox
      WHERE topic = ? AND state IN ('pending', 'sending') AND mail_id IS NULL GROUP BY recipient`,
    [topic],
  );
  const ages = await lastMailAges(
    pool,
    rows.map(({ recipient }) => recipient),
    Math.max(mailGapMs, urgentMailGapMs),
  );
  const waits = ({ recipient, urgent }: (typeof rows)[number]) =>
    (ages.get(recipient) ?? Number.POSITIVE_INFINITY) <
    (Number(urgent) === 1 ? Math.min(urgentMailGapMs, mailGapMs) : mailGapMs);
  return rows.filter(waits).map(({ recipient }) => recipient);
}

/** An earlier notification of the same episode is to reach the same recipient first, and has been tried. */
const IS_BEHIND_A_TRIED_MAIL = `EXISTS (
  SELECT 1 FROM alert_outbox AS earlier
   WHERE earlier.episode_id = alert_outbox.episode_id AND earlier.recipient = alert_outbox.recipient
     AND earlier.mail_id IS NOT NULL AND earlier.state IN ('pending', 'sending'))`;

const IS_URGENT = "severity = 'critical' AND kind IN ('opened', 'escalated', 'unsilenced')";

/**
 * A clock that was set back, or that of another server after a failover, leaves times behind that are far ahead. What was never tried
 * waits for nothing, and nothing waits for longer than the longest pause there is.
 */
const DUE_IN_MS = `CASE
  WHEN state = 'sending' THEN TIMESTAMPDIFF(MICROSECOND, NOW(3), lease_until) DIV 1000
  WHEN attempts = 0 OR not_before > NOW(3) + INTERVAL ${LONGEST_PAUSE_MS * 1_000} MICROSECOND THEN 0
  ELSE TIMESTAMPDIFF(MICROSECOND, NOW(3), not_before) DIV 1000 END`;

type SelectedRow = RowDataPacket &
  Omit<WaitingRow, 'due' | 'dueInMs' | 'isUrgent'> & { dueInMs: string; isUrgent: string | number };

async function selectWaiting(
  pool: Pool,
  which: string,
  order: string,
  values: (string | readonly string[])[],
): Promise<readonly WaitingRow[]> {
  const [rows] = await pool.query<SelectedRow[]>(
    `SELECT id, \`key\`, episodeId, customerId, kind, severity, recipient, mailId, attempts, isUrgent, dueInMs FROM (
       SELECT id, notification_key AS \`key\`, episode_id AS episodeId, customerId, kind, severity, recipient,
              mail_id AS mailId, attempts, (${IS_URGENT}) AS isUrgent,
              ${DUE_IN_MS} AS dueInMs,
              ${IS_BEHIND_A_TRIED_MAIL} AS isBehind
         FROM alert_outbox WHERE state IN ('pending', 'sending') AND ${which}
     ) AS waiting ORDER BY ${order}`,
    values,
  );
  return rows.map((row) => {
    const dueInMs = Math.max(0, Number(row.dueInMs));
    return { ...row, isUrgent: Number(row.isUrgent) === 1, dueInMs, due: dueInMs === 0 };
  });
}

/** How many notifications are not told yet. */
export async function countWaiting(pool: Pool, topic: string): Promise<number> {
  const [rows] = await pool.query<(RowDataPacket & { number: string | number })[]>(
    "SELECT COUNT(*) AS number FROM alert_outbox WHERE topic = ? AND state IN ('pending', 'sending')",
    [topic],
  );
  return Number(rows[0]?.number ?? 0);
}

/** How long ago each of the recipients was last sent a mail, in milliseconds; those long ago are missing, and those that a clock has from ahead. */
export async function lastMailAges(
  pool: Pool,
  recipients: readonly string[],
  withinMs: number,
): Promise<ReadonlyMap<string, number>> {
  if (recipients.length === 0 || withinMs === 0) return new Map();
  const [rows] = await pool.query<(RowDataPacket & { recipient: string; ageMs: string })[]>(
    `SELECT recipient, MIN(TIMESTAMPDIFF(MICROSECOND, sent_at, NOW(3))) DIV 1000 AS ageMs FROM alert_outbox
      WHERE recipient IN (?) AND sent_at > NOW(3) - INTERVAL ? MICROSECOND AND sent_at <= NOW(3) GROUP BY recipient`,
    [recipients, withinMs * 1_000],
  );
  return new Map(rows.map(({ recipient, ageMs }) => [recipient, Number(ageMs)]));
}

/**
 * pending → sending: takes the notifications of one mail for a time, all or none; only the driver that leads gets any.
 * From here on the mail keeps its id, so that a second attempt is the same mail.
 *
 * @param lease names this attempt
 */
export async function claimMail(
  pool: Pool,
  lead: Leadership,
  { mailId, rowIds, lease }: { mailId: string; rowIds: readonly string[]; lease: string },
): Promise<boolean> {
  const [claimed] = await pool.query<ResultSetHeader>(
    `UPDATE alert_outbox SET state = 'sending', mail_id = ?, lease_owner = ?, attempts = attempts + 1,
            lease_until = NOW(3) + INTERVAL ? MICROSECOND
      WHERE id IN (?) AND (mail_id IS NULL OR mail_id = ?)
        AND (state = 'pending' OR (state = 'sending' AND lease_until <= NOW(3)))
        AND EXISTS (SELECT 1 FROM alert_leader WHERE topic = ? AND epoch = ?)`,
    [mailId, lease, LEASE_MS * 1_000, rowIds, mailId, lead.topic, String(lead.epoch)],
  );
  if (claimed.affectedRows === rowIds.length) return true;
  await releaseMail(pool, lease);
  return false;
}

/** Keeps mails that are still being sent from being taken for given up. */
export async function renewLeases(pool: Pool, leases: readonly string[]): Promise<void> {
  if (leases.length === 0) return;
  await pool.query(
    `UPDATE alert_outbox SET lease_until = NOW(3) + INTERVAL ? MICROSECOND WHERE lease_owner IN (?) AND state = 'sending'`,
    [LEASE_MS * 1_000, leases],
  );
}

/** sending → pending at once: nothing was attempted. */
export async function releaseMail(pool: Pool, lease: string): Promise<void> {
  await pool.query(
    `UPDATE alert_outbox SET state = 'pending', lease_owner = NULL, lease_until = NULL, attempts = GREATEST(attempts - 1, 0)
      WHERE lease_owner = ? AND state = 'sending'`,
    [lease],
  );
}

/** sending → sent. Without effect when the lease has passed to somebody else. */
export async function markSent(pool: Pool, lease: string): Promise<void> {
  await pool.query(
    `UPDATE alert_outbox SET state = 'sent', sent_at = NOW(3), lease_owner = NULL, lease_until = NULL, last_error = NULL
      WHERE lease_owner = ? AND state = 'sending'`,
    [lease],
  );
}

/** sending → pending, to be tried again later. */
export async function markForRetry(
  connection: Connection | Pool,
  lease: string,
  afterMs: number,
  error: string,
): Promise<void> {
  await connection.query(
    `UPDATE alert_outbox SET state = 'pending', not_before = NOW(3) + INTERVAL ? MICROSECOND, last_error = ?,
            lease_owner = NULL, lease_until = NULL WHERE lease_owner = ? AND state = 'sending'`,
    [Math.round(afterMs) * 1_000, error.slice(0, 255), lease],
  );
}

/**
 * sending → failed: the server has said no for good. Stays, and shows, until somebody looks after it.
 *
 * @returns false when the lease has passed to somebody else, without effect
 */
export async function markFailed(connection: Connection, lease: string, error: string): Promise<boolean> {
  const [marked] = await connection.query<ResultSetHeader>(
    `UPDATE alert_outbox SET state = 'failed', last_error = ?, lease_owner = NULL, lease_until = NULL
      WHERE lease_owner = ? AND state = 'sending'`,
    [error.slice(0, 255), lease],
  );
  return marked.affectedRows > 0;
}

/** Whether somebody should have been told of a mail's notifications by now. */
export async function isOverdue(connection: Connection, mailId: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM alert_outbox WHERE mail_id = ? AND created_at < NOW(3) - INTERVAL ${OVERDUE_MINUTES} MINUTE LIMIT 1`,
    [mailId],
  );
  return rows.length > 0;
}

/** What a mail must say, and what mails about the same episodes went before it. */
export async function readMail(
  pool: Pool,
  mailId: string,
): Promise<{
  readonly items: readonly MailItem[];
  /** The row of each item. */
  readonly rowOf: ReadonlyMap<MailItem, LinkedNotification>;
  readonly keys: readonly string[];
  /** Ids of its episodes, in the order in which they come up. */
  readonly episodes: readonly string[];
  readonly earlier: readonly string[];
}> {
  const [rows] = await pool.query<
    (RowDataPacket & { id: string; key: string; content: string; episodeId: string | null })[]
  >(
    'SELECT id, notification_key AS `key`, content, episode_id AS episodeId FROM alert_outbox WHERE mail_id = ? ORDER BY id',
    [mailId],
  );
  const episodes = [...new Set(rows.flatMap(({ episodeId }) => (episodeId === null ? [] : [episodeId])))];
  const earlier = episodes.length === 0 ? [] : await earlierMails(pool, episodes, mailId);
  const items = rows.map((row) => ({ row, item: JSON.parse(row.content) as MailItem }));
  return {
    items: items.map(({ item }) => item),
    rowOf: new Map(
      items.flatMap(({ row: { id, episodeId }, item }) =>
        episodeId === null ? [] : [[item, { outboxId: String(id), episodeId }]],
      ),
    ),
    keys: rows.map(({ key }) => key),
    episodes,
    earlier,
  };
}

async function earlierMails(pool: Pool, episodes: readonly string[], mailId: string): Promise<readonly string[]> {
  const [rows] = await pool.query<(RowDataPacket & { mailId: string })[]>(
    `SELECT mail_id AS mailId, MIN(id) AS first FROM alert_outbox
      WHERE episode_id IN (?) AND state = 'sent' AND mail_id <> ? GROUP BY mail_id ORDER BY first`,
    [episodes, mailId],
  );
  return rows.map(({ mailId: earlier }) => earlier);
}
