import type { Pool } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import { type Actor, aboutEpisode, recordAct } from './act-history.ts';
import { takeTurn } from './act-order.ts';
import type { Episode } from './episodes.ts';
import { lockedEpisode } from './locked-episode.ts';

/** What became of the wish to close an episode. */
export type Closed =
  | { readonly result: 'done'; readonly episode: Episode }
  /** It has ended before, by itself or by somebody: nothing is written. */
  | { readonly result: 'already'; readonly episode: Episode }
  | { readonly result: 'unknown' };

/**
 * Ends an episode that no reading will end: the patient has left, or no limits apply any more. No mail says so, for nobody is back in
 * the limits. A patient who is out of limits later has another episode, which is told like any.
 */
export async function closeEpisode(pool: Pool, topic: string, episodeId: string, actor: Actor): Promise<Closed> {
  return await inTransaction(pool, async (connection): Promise<Closed> => {
    await takeTurn(connection, topic);
    const episode = await lockedEpisode(connection, topic, episodeId);
    if (!episode) return { result: 'unknown' };
    if (episode.phase === 'ended') return { result: 'already', episode };
    await connection.query(
      "UPDATE alert_episode SET phase = 'ended', active = NULL, ended_at = GREATEST(last_at, NOW(3)) WHERE id = ?",
      [episodeId],
    );
    await recordAct(connection, topic, 'closed', aboutEpisode(episode), actor);
    return { result: 'done', episode: { ...episode, phase: 'ended' } };
  });
}
