import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import { recordUnacknowledged } from './act-history.ts';
import { nobodyActedSince, readActs } from './act-order.ts';
import type { AlertState, BatchOutcome, PartitionProgress } from './batch-outcome.ts';
import { EPISODE_COLUMNS, type EpisodeRow, episodeOf, episodeValues } from './episode-row.ts';
import { inPieces } from './in-pieces.ts';
import { type Leadership, requireLead } from './leadership.ts';
import { enqueue, type OutboxEntry } from './outbox.ts';
import type { PatientPresence } from './silence.ts';
import { readSilences } from './silences.ts';
import { timeOf, utcText } from './utc-text.ts';

/** Everything that one batch leaves behind. */
export interface BatchWrite {
  readonly outcome: Pick<BatchOutcome, 'changed' | 'dropped' | 'progress'> &
    Partial<Pick<BatchOutcome, 'unacknowledged'>>;
  /** The acts that the outcome was judged with; undefined for what does not depend on them. */
  readonly acts?: bigint;
  readonly presences: readonly PatientPresence[];
  readonly outbox: readonly OutboxEntry[];
  /** Measurements that no limits exist for. */
  readonly withoutLimits?: number;
}

/** The state, and how many acts of people are in it. */
export interface StoredAlertState extends AlertState {
  readonly acts: bigint;
}

/** Reads what is pending or open, what is silenced, and how far each partition has been applied. */
export async function readAlertState(pool: Pool, topic: string): Promise<StoredAlertState> {
  // First: an act that comes in between is then noticed when the batch is written.
  const acts = await readActs(pool, topic);
  const [[episodes], [progress], silences] = await Promise.all([
    pool.query<(RowDataPacket & EpisodeRow)[]>(
      `SELECT ${EPISODE_COLUMNS.join(', ')} FROM alert_episode WHERE topic = ? AND active = 1`,
      [topic],
    ),
    pool.query<(RowDataPacket & { partition: number; next_offset: string; newest_at: string })[]>(
      'SELECT `partition`, next_offset, newest_at FROM alert_progress WHERE topic = ?',
      [topic],
    ),
    readSilences(pool, topic),
  ]);
  const applied = progress.map(({ partition, next_offset, newest_at }): [number, PartitionProgress] => [
    partition,
    { nextOffset: BigInt(next_offset), newestAtMs: timeOf(newest_at) },
  ]);
  return { episodes: episodes.map(episodeOf), progress: new Map(applied), silences, acts };
}

/** Reads when each patient was last heard of. */
export async function readPresences(pool: Pool, topic: string): Promise<readonly PatientPresence[]> {
  const [rows] = await pool.query<
    (RowDataPacket & { customerId: number; last_seen_at: string; silent_since: string | null })[]
  >('SELECT customerId, last_seen_at, silent_since FROM alert_patient WHERE topic = ?', [topic]);
  return rows.map(({ customerId, last_seen_at, silent_since }) => ({
    customerId,
    lastSeenAtMs: timeOf(last_seen_at),
    silentSinceMs: silent_since === null ? undefined : timeOf(silent_since),
  }));
}

/**
 * Writes what a batch changes, in one transaction: episodes, notifications, progress.
 *
 * @returns false when somebody has acted since the state was read, with nothing written: then it must be judged again
 * @throws OperatorError `FENCED` when another driver leads, with nothing written
 */
export async function commitBatch(pool: Pool, lead: Leadership, write: BatchWrite): Promise<boolean> {
  const { outcome, presences, outbox, acts, withoutLimits = 0 } = write;
  return await inTransaction(pool, async (connection) => {
    await requireLead(connection, lead);
    if (acts !== undefined && !(await nobodyActedSince(connection, lead.topic, acts))) return false;
    await dropEpisodes(connection, outcome.dropped);
    await putEpisodes(connection, lead.topic, outcome.changed);
    await recordUnacknowledged(connection, lead.topic, outcome.unacknowledged ?? []);
    await enqueue(connection, lead.topic, outbox);
    await putPresences(connection, lead.topic, presences);
    await putProgress(connection, lead.topic, outcome.progress);
    await countWithoutLimits(connection, lead.topic, withoutLimits);
    return true;
  });
}

async function dropEpisodes(connection: Connection, ids: readonly string[]): Promise<void> {
  await inPieces(ids, (piece) =>
    connection.query("DELETE FROM alert_episode WHERE id IN (?) AND phase = 'pending'", [piece]),
  );
}

/** In the order of their changes: of one patient, attribute and direction the old one ends before the new one begins. */
async function putEpisodes(connection: Connection, topic: string, episodes: BatchOutcome['changed']): Promise<void> {
  const updated = EPISODE_COLUMNS.filter((column) => column !== 'id').map((column) => `${column} = VALUES(${column})`);
  await inPieces(episodes, (piece) =>
    connection.query(
      `INSERT INTO alert_episode (${EPISODE_COLUMNS.join(', ')}, active, topic) VALUES ?
       ON DUPLICATE KEY UPDATE ${updated.join(', ')}, active = VALUES(active)`,
      [piece.map((episode) => [...episodeValues(episode), episode.phase === 'ended' ? null : 1, topic])],
    ),
  );
}

async function putPresences(
  connection: Connection,
  topic: string,
  presences: readonly PatientPresence[],
): Promise<void> {
  await inPieces(presences, (piece) =>
    connection.query(
      `INSERT INTO alert_patient (topic, customerId, last_seen_at, silent_since) VALUES ?
       ON DUPLICATE KEY UPDATE last_seen_at = VALUES(last_seen_at), silent_since = VALUES(silent_since)`,
      [
        piece.map(({ customerId, lastSeenAtMs, silentSinceMs }) => [
          topic,
          customerId,
          utcText(lastSeenAtMs),
          silentSinceMs === undefined ? null : utcText(silentSinceMs),
        ]),
      ],
    ),
  );
}

async function putProgress(connection: Connection, topic: string, progress: BatchOutcome['progress']): Promise<void> {
  if (progress.size === 0) return;
  await connection.query(
    `INSERT INTO alert_progress (topic, \`partition\`, next_offset, newest_at) VALUES ?
     ON DUPLICATE KEY UPDATE next_offset = VALUES(next_offset), newest_at = VALUES(newest_at)`,
    [
      [...progress].map(([partition, { nextOffset, newestAtMs }]) => [
        topic,
        partition,
        String(nextOffset),
        utcText(newestAtMs),
      ]),
    ],
  );
}

/** For `npm run status`: of the driver that leads, since it began. */
async function countWithoutLimits(connection: Connection, topic: string, measurements: number): Promise<void> {
  if (measurements === 0) return;
  await connection.query('UPDATE alert_leader SET without_limits = without_limits + ? WHERE topic = ?', [
    measurements,
    topic,
  ]);
}
