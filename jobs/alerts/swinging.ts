import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Episode } from './episodes.ts';
import type { MailItem } from './mail-item.ts';
import type { WaitingRow } from './outbox.ts';

/** So long after a mail that something is critical, the same once more is no reason for haste. */
const REMEMBERED_MS = 10 * 60_000;

type About = Pick<Episode, 'id' | 'customerId' | 'attribute' | 'direction'>;

/**
 * Remembers what recipients were told of as critical. A value that swings over its critical limit begins an episode every few readings,
 * and would be mailed every few seconds if each of them were urgent. Known to this process only: the next driver tells it urgently
 * once more, which does no harm.
 */
export class Swinging {
  readonly #told = new Map<string, { readonly episodeId: string; readonly atMs: number }>();

  /** Notes a mail that the server has taken. */
  told(recipient: string, items: readonly MailItem[], nowMs: number): void {
    for (const [key, { atMs }] of this.#told) if (nowMs - atMs >= REMEMBERED_MS) this.#told.delete(key);
    for (const item of items) {
      if (item.type !== 'episode' || item.episode.severity !== 'critical') continue;
      this.#told.set(keyOf(recipient, item.episode), { episodeId: item.episode.id, atMs: nowMs });
    }
  }

  /** Takes the haste from what only begins again. */
  async calm(pool: Pool, rows: readonly WaitingRow[], nowMs: number): Promise<readonly WaitingRow[]> {
    const ids = rows.flatMap(({ isUrgent, episodeId }) => (isUrgent && episodeId !== null ? [episodeId] : []));
    if (ids.length === 0 || this.#told.size === 0) return rows;
    const [episodes] = await pool.query<(RowDataPacket & About)[]>(
      'SELECT id, customerId, attribute, direction FROM alert_episode WHERE id IN (?)',
      [ids],
    );
    const byId = new Map(episodes.map((episode) => [episode.id, episode]));
    return rows.map((row) => {
      const about = byId.get(row.episodeId ?? '');
      return row.kind !== 'unsilenced' && about && this.#isAgain(row.recipient, about, nowMs)
        ? { ...row, isUrgent: false }
        : row;
    });
  }

  #isAgain(recipient: string, about: About, nowMs: number): boolean {
    const before = this.#told.get(keyOf(recipient, about));
    return before !== undefined && before.episodeId !== about.id && nowMs - before.atMs < REMEMBERED_MS;
  }
}

function keyOf(recipient: string, { customerId, attribute, direction }: About): string {
  return `${customerId} ${attribute} ${direction} ${recipient}`;
}
