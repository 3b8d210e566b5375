import type { Connection, Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import { type ActName, type Actor, aboutSilence, recordAct } from './act-history.ts';
import { takeTurn } from './act-order.ts';
import { EPISODE_COLUMNS, type EpisodeRow, episodeOf } from './episode-row.ts';
import type { Episode } from './episodes.ts';
import type { Attribute } from './limits.ts';
import type { EpisodeItem } from './mail-item.ts';
import { enqueue } from './outbox.ts';
import { covers, type Silence } from './silencing.ts';
import { timeOf, utcText } from './utc-text.ts';

/** Withholds mails about a patient until a time. @returns the silence with its id */
export async function silence(pool: Pool, topic: string, wanted: Omit<Silence, 'id'>, actor: Actor): Promise<Silence> {
  return await inTransaction(pool, async (connection) => {
    await takeTurn(connection, topic);
    const { customerId, attribute, includesCritical, untilMs } = wanted;
    const [{ insertId }] = await connection.query<ResultSetHeader>(
      `INSERT INTO alert_silence (topic, customerId, attribute, includes_critical, until_at, created_at)
       VALUES (?, ?, ?, ?, ?, NOW(3))`,
      [topic, customerId, attribute ?? null, includesCritical ? 1 : 0, utcText(untilMs)],
    );
    const made = { ...wanted, id: String(insertId) };
    await recordAct(connection, topic, 'silenced', aboutSilence(made), actor);
    return made;
  });
}

/** Silences that nobody has ended, the oldest first. */
export async function readSilences(connection: Pick<Connection, 'query'>, topic: string): Promise<readonly Silence[]> {
  const [rows] = await connection.query<(RowDataPacket & SilenceRow)[]>(
    `SELECT id, customerId, attribute, includes_critical, until_at FROM alert_silence
      WHERE topic = ? AND ended_at IS NULL ORDER BY id`,
    [topic],
  );
  return rows.map((row) => ({
    id: String(row.id),
    customerId: row.customerId,
    attribute: row.attribute ?? undefined,
    includesCritical: row.includes_critical === 1,
    untilMs: timeOf(row.until_at),
  }));
}

interface SilenceRow {
  readonly id: string;
  readonly customerId: number;
  readonly attribute: Attribute | null;
  readonly includes_critical: number;
  readonly until_at: string;
}

/** What has ended, and how many episodes that are still open are told by mail therefore. */
export interface EndedSilences {
  readonly ended: readonly Silence[];
  readonly told: number;
}

/**
 * Ends silences before their time. For each episode that was covered and is still open a mail is due, once.
 *
 * @param ids those that are over already are passed over
 */
export async function endSilences(
  pool: Pool,
  topic: string,
  ids: readonly string[],
  actor: Actor,
): Promise<EndedSilences> {
  return await inTransaction(pool, async (connection) => {
    await takeTurn(connection, topic);
    const inForce = await readSilences(connection, topic);
    const ended = inForce.filter(({ id }) => ids.includes(id));
    return await end(connection, topic, { ended, inForce }, 'unsilenced', actor);
  });
}

/**
 * Ends the silences whose time is over by the database's clock, as {@link endSilences} does.
 *
 * @param first what must hold within the transaction, before anything is written; throws otherwise
 */
export async function endOverdueSilences(
  pool: Pool,
  topic: string,
  first: (connection: Connection) => Promise<void>,
): Promise<EndedSilences> {
  const [overdue] = await pool.query<(RowDataPacket & { id: string })[]>(
    'SELECT id FROM alert_silence WHERE topic = ? AND ended_at IS NULL AND until_at <= NOW(3)',
    [topic],
  );
  if (overdue.length === 0) return { ended: [], told: 0 };
  const ids = overdue.map(({ id }) => String(id));
  return await inTransaction(pool, async (connection) => {
    await first(connection);
    await takeTurn(connection, topic);
    const inForce = await readSilences(connection, topic);
    const ended = inForce.filter(({ id }) => ids.includes(id));
    const actor: Actor = { by: 'vital-alerts', via: 'driver', reason: 'its time is over' };
    return await end(connection, topic, { ended, inForce }, 'silence ended', actor);
  });
}

async function end(
  connection: Connection,
  topic: string,
  { ended, inForce }: { ended: readonly Silence[]; inForce: readonly Silence[] },
  act: ActName,
  actor: Actor,
): Promise<EndedSilences> {
  if (ended.length === 0) return { ended, told: 0 };
  const ids = ended.map(({ id }) => id);
  await connection.query('UPDATE alert_silence SET ended_at = NOW(3) WHERE id IN (?)', [ids]);
  for (const one of ended) await recordAct(connection, topic, act, aboutSilence(one), actor);
  const left = inForce.filter(({ id }) => !ids.includes(id));
  const [rows] = await connection.query<(RowDataPacket & EpisodeRow)[]>(
    `SELECT ${EPISODE_COLUMNS.join(', ')} FROM alert_episode
      WHERE topic = ? AND active = 1 AND phase = 'open' AND customerId IN (?)`,
    [topic, ended.map(({ customerId }) => customerId)],
  );
  const open = rows.map(episodeOf);
  let told = 0;
  for (const episode of open) {
    const over = ended.find((one) => covers(one, episode));
    if (!over || left.some((one) => covers(one, episode))) continue;
    if (await tellThatItLasts(connection, topic, episode, over.id)) told += 1;
  }
  return { ended, told };
}

/** To whom, and of which ward, the notification says that was written last: the tables may be unreadable by now. */
async function tellThatItLasts(
  connection: Connection,
  topic: string,
  episode: Episode,
  silenceId: string,
): Promise<boolean> {
  const [rows] = await connection.query<(RowDataPacket & { recipient: string; content: string })[]>(
    'SELECT recipient, content FROM alert_outbox WHERE episode_id = ? ORDER BY id DESC LIMIT 1',
    [episode.id],
  );
  const [last] = rows;
  if (!last) return false;
  const { ward } = JSON.parse(last.content) as EpisodeItem;
  const key = `${episode.id}.unsilenced.${silenceId}`;
  const { id: episodeId, customerId, severity } = episode;
  const content: EpisodeItem = { type: 'episode', kind: 'unsilenced', ward, episode };
  const entry = { key, episodeId, customerId, kind: 'unsilenced', severity, recipient: last.recipient, content };
  await enqueue(connection, topic, [entry]);
  return true;
}
