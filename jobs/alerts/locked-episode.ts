import type { Connection, RowDataPacket } from 'mysql2/promise';
import { EPISODE_COLUMNS, type EpisodeRow, episodeOf } from './episode-row.ts';
import type { Episode } from './episodes.ts';

/** An episode as it is, and stays until the end of the transaction; undefined where there is none. */
export async function lockedEpisode(connection: Connection, topic: string, id: string): Promise<Episode | undefined> {
  const [[row]] = await connection.query<(RowDataPacket & EpisodeRow)[]>(
    `SELECT ${EPISODE_COLUMNS.join(', ')} FROM alert_episode WHERE topic = ? AND id = ? FOR UPDATE`,
    [topic, id],
  );
  return row && episodeOf(row);
}
