import type { Connection, RowDataPacket } from 'mysql2/promise';
import { codeOf, type Secret } from '../../../settings/index.ts';
import { acknowledge } from '../../alerts/acknowledge.ts';
import { verifyToken } from '../../alerts/acknowledge-token.ts';
import { EPISODE_COLUMNS, type EpisodeRow, episodeOf } from '../../alerts/episode-row.ts';
import type { Episode } from '../../alerts/episodes.ts';
import type { Severity } from '../../alerts/limits.ts';
import type { EpisodeItem } from '../../alerts/mail-item.ts';
import type { Desk } from '../desk.ts';

/** What a link leads to at this moment. */
export type LinkedEpisode =
  /** There is something to acknowledge. */
  | { readonly state: 'open'; readonly episode: Episode; readonly ward: string }
  | { readonly state: 'acknowledged'; readonly episode: Episode; readonly ward: string }
  | { readonly state: 'ended' | 'escalated' | 'used' | 'expired' | 'forged' };

interface LinkedRow {
  readonly ofEpisode: string | null;
  /** What the mail said; the episode's own may have risen since. */
  readonly told: Severity;
  readonly recipient: string;
  readonly content: string;
  readonly used: number;
}

/** What is behind a link. Reads only: whoever looks, and however often, changes nothing. */
export async function lookUp(
  desk: Pick<Desk, 'pool' | 'topic'>,
  secret: Secret,
  token: string,
): Promise<LinkedEpisode> {
  return (await resolve(desk, secret, token)).linked;
}

/**
 * Acknowledges what a link leads to, once; in the name of the address that the mail went to.
 *
 * @param note what the one who acknowledges wants to be remembered
 * @returns what there is afterwards, never `open`; and whether this is what acknowledged it
 */
export async function followLink(
  desk: Pick<Desk, 'pool' | 'topic'>,
  secret: Secret,
  token: string,
  note: string | undefined,
): Promise<{ readonly linked: LinkedEpisode; readonly done: boolean }> {
  const { linked, row, outboxId } = await resolve(desk, secret, token);
  if (linked.state !== 'open' || !row) return { linked, done: false };
  const use = async (connection: Connection) => {
    await connection.query('INSERT INTO alert_link_use (outbox_id, used_at) VALUES (?, NOW(3))', [outboxId]);
  };
  const known = { episodeId: linked.episode.id, known: row.told };
  const actor = { by: row.recipient, via: 'link', reason: note } as const;
  try {
    const { result } = await acknowledge(desk.pool, desk.topic, known, actor, use);
    if (result === 'done') return { linked: { ...linked, state: 'acknowledged' }, done: true };
  } catch (error) {
    if (codeOf(error) !== 'ER_DUP_ENTRY') throw error;
  }
  // Somebody was faster, or the episode has moved on.
  return { linked: await lookUp(desk, secret, token), done: false };
}

async function resolve(
  { pool, topic }: Pick<Desk, 'pool' | 'topic'>,
  secret: Secret,
  token: string,
): Promise<{ readonly linked: LinkedEpisode; readonly row?: LinkedRow; readonly outboxId?: string }> {
  const verdict = verifyToken(token, Date.now(), secret);
  if (verdict.verdict !== 'good') return { linked: { state: verdict.verdict } };
  const { outboxId } = verdict;
  // One statement sees one moment: a link that is being used meanwhile is either open still or used.
  const [rows] = await pool.query<(RowDataPacket & LinkedRow & Partial<EpisodeRow>)[]>(
    `SELECT mail.episode_id AS ofEpisode, mail.severity AS told, mail.recipient, mail.content,
            EXISTS (SELECT 1 FROM alert_link_use WHERE outbox_id = mail.id) AS used,
            ${EPISODE_COLUMNS.map((column) => `episode.${column}`).join(', ')}
       FROM alert_outbox AS mail LEFT JOIN alert_episode AS episode ON episode.topic = mail.topic AND episode.id = mail.episode_id
      WHERE mail.topic = ? AND mail.id = ?`,
    [topic, outboxId],
  );
  const [row] = rows;
  // Signed by us, but for rows of another database or topic.
  if (!row || row.ofEpisode === null || !verdict.matches(row.ofEpisode)) return { linked: { state: 'forged' } };
  if (row.used) return { linked: { state: 'used' } };
  if (!isThere(row) || row.phase === 'ended') return { linked: { state: 'ended' } };
  const episode = episodeOf(row);
  if (row.told === 'warning' && episode.severity === 'critical') return { linked: { state: 'escalated' } };
  const { ward } = JSON.parse(row.content) as EpisodeItem;
  const state = episode.acknowledgedAtMs === undefined ? 'open' : 'acknowledged';
  return { linked: { state, episode, ward }, row, outboxId };
}

/** Whether the joined episode is there: old ones are removed some day. */
function isThere(row: LinkedRow & Partial<EpisodeRow>): row is LinkedRow & EpisodeRow {
  return typeof row.id === 'string';
}
