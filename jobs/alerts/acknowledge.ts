import type { Connection, Pool } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import { type Actor, aboutEpisode, recordAct } from './act-history.ts';
import { takeTurn } from './act-order.ts';
import type { Episode } from './episodes.ts';
import type { Severity } from './limits.ts';
import { lockedEpisode } from './locked-episode.ts';

/** What became of an acknowledgement. */
export type Acknowledged =
  | { readonly result: 'done'; readonly episode: Episode }
  /** Somebody has said so before: nothing is written. */
  | { readonly result: 'already'; readonly episode: Episode }
  /** Pending or ended: there is nothing to look after. */
  | { readonly result: 'not open'; readonly episode: Episode }
  /** It has become more severe than what the one who acknowledges knows of. */
  | { readonly result: 'escalated'; readonly episode: Episode }
  | { readonly result: 'unknown' };

/**
 * Notes that somebody looks after an open episode: no reminders from now on, until it escalates or is out after a pause.
 *
 * @param known how severe it is as far as the one who acknowledges can know; undefined for one who sees it as it is
 * @param within further work of the same transaction, once the acknowledgement is written; may throw to undo it
 */
export async function acknowledge(
  pool: Pool,
  topic: string,
  { episodeId, known }: { episodeId: string; known?: Severity | undefined },
  actor: Actor,
  within: (connection: Connection) => Promise<void> = async () => {},
): Promise<Acknowledged> {
  return await inTransaction(pool, async (connection): Promise<Acknowledged> => {
    await takeTurn(connection, topic);
    const episode = await lockedEpisode(connection, topic, episodeId);
    if (!episode) return { result: 'unknown' };
    if (episode.phase !== 'open') return { result: 'not open', episode };
    if (known === 'warning' && episode.severity === 'critical') return { result: 'escalated', episode };
    if (episode.acknowledgedAtMs !== undefined) return { result: 'already', episode };
    await connection.query('UPDATE alert_episode SET acknowledged_at = NOW(3) WHERE id = ?', [episodeId]);
    await recordAct(connection, topic, 'acknowledged', aboutEpisode(episode), actor);
    await within(connection);
    return { result: 'done', episode };
  });
}
