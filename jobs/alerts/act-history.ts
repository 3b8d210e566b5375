import type { Connection } from 'mysql2/promise';
import type { Unacknowledged } from './batch-outcome.ts';
import type { Episode } from './episodes.ts';
import type { Attribute } from './limits.ts';
import type { Silence } from './silencing.ts';

export type ActName = 'acknowledged' | 'unacknowledged' | 'closed' | 'silenced' | 'unsilenced' | 'silence ended';

/** Who acts, how and why: it stays in the history. */
export interface Actor {
  readonly by: string;
  readonly via: 'command' | 'link' | 'driver';
  readonly reason: string | undefined;
}

/** Notes episodes that count as not acknowledged any more, within the transaction of the batch that made them so. */
export async function recordUnacknowledged(
  connection: Connection,
  topic: string,
  episodes: readonly Unacknowledged[],
): Promise<void> {
  for (const { episode, since } of episodes) {
    const reason =
      since === 'escalated' ? 'has become critical' : 'still out of limits after a long pause without readings';
    const actor: Actor = { by: 'vital-alerts', via: 'driver', reason };
    await recordAct(connection, topic, 'unacknowledged', aboutEpisode(episode), actor);
  }
}

/** What an act is about. */
interface About {
  readonly episodeId: string | undefined;
  readonly silenceId: string | undefined;
  readonly customerId: number;
  readonly attribute: Attribute | undefined;
}

export function aboutEpisode({ id, customerId, attribute }: Episode): About {
  return { episodeId: id, silenceId: undefined, customerId, attribute };
}

export function aboutSilence({ id, customerId, attribute }: Silence): About {
  return { episodeId: undefined, silenceId: id, customerId, attribute };
}

/** Adds an act to the history, within the transaction that does it. */
export async function recordAct(
  connection: Connection,
  topic: string,
  act: ActName,
  { episodeId, silenceId, customerId, attribute }: About,
  { by, via, reason }: Actor,
): Promise<void> {
  await connection.query(
    `INSERT INTO alert_act (topic, act, episode_id, silence_id, customerId, attribute, by_whom, via, reason, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3))`,
    [
      topic,
      act,
      episodeId ?? null,
      silenceId ?? null,
      customerId,
      attribute ?? null,
      oneLine(by, 254),
      via,
      reason === undefined || reason.trim() === '' ? null : oneLine(reason, 255),
    ],
  );
}

/** What people write is shown in terminals: nothing of it may move their cursors. */
function oneLine(text: string, length: number): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, length);
}
