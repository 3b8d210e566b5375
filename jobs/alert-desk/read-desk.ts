import type { Pool, RowDataPacket } from 'mysql2/promise';
import { OperatorError } from '../../settings/index.ts';
import { EPISODE_COLUMNS, type EpisodeRow, episodeOf } from '../alerts/episode-row.ts';
import type { Episode } from '../alerts/episodes.ts';
import { readSilences } from '../alerts/silences.ts';
import { covers, type Silence } from '../alerts/silencing.ts';
import { timeOf, utcText } from '../alerts/utc-text.ts';
import type { Desk } from './desk.ts';

/** Something that was done, by a person or by the driver. */
export interface DoneAct {
  readonly act: string;
  readonly episodeId: string | null;
  readonly silenceId: string | null;
  readonly customerId: number;
  readonly attribute: string | null;
  readonly by: string;
  readonly via: string;
  readonly reason: string | null;
  readonly atMs: number;
}

export interface DeskEpisode {
  readonly episode: Episode;
  /** The acknowledgement in force. */
  readonly acknowledged: DoneAct | undefined;
  /** What withholds its mails at this moment. */
  readonly silence: Silence | undefined;
}

export interface DeskSilence {
  readonly silence: Silence;
  readonly made: DoneAct | undefined;
}

export interface OpenDesk {
  /** Pending and open, the oldest first. */
  readonly episodes: readonly DeskEpisode[];
  readonly silences: readonly DeskSilence[];
}

/** A notification of an episode and what became of it. */
export interface ToldNotification {
  readonly kind: string;
  readonly severity: string;
  readonly state: string;
  readonly recipient: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly silenceId: string | null;
  readonly lastError: string | null;
}

export interface ShownEpisode extends DeskEpisode {
  readonly notifications: readonly ToldNotification[];
  /** The oldest first. */
  readonly acts: readonly DoneAct[];
}

export interface History {
  /** Episodes that have ended, the oldest first. */
  readonly episodes: readonly Episode[];
  /** Everything that was done. */
  readonly acts: readonly DoneAct[];
}

/** More is not read in a terminal; `--since` and `--patient` narrow it. */
export const HISTORY_LIMIT = 500;

const EPISODE = `SELECT ${EPISODE_COLUMNS.join(', ')} FROM alert_episode`;
const ACT = `SELECT id, act, episode_id AS episodeId, silence_id AS silenceId, customerId, attribute, by_whom AS \`by\`, via,
                    reason, at FROM alert_act`;

/** What is pending, open or silenced at this moment. */
export async function readOpenDesk({ pool, topic }: Desk, nowMs: number): Promise<OpenDesk> {
  const [[rows], silences] = await Promise.all([
    pool.query<(RowDataPacket & EpisodeRow)[]>(`${EPISODE} WHERE topic = ? AND active = 1 ORDER BY began_at, id`, [
      topic,
    ]),
    silencesNow(pool, topic, nowMs),
  ]);
  const open = rows.map(episodeOf);
  const acts = await actsOf(pool, 'episode_id', ids(open));
  const made = await actsOf(pool, 'silence_id', ids(silences));
  return {
    episodes: open.map((episode) => deskEpisode(episode, acts, silences)),
    silences: silences.map((silence) => ({
      silence,
      made: made.find(({ act, silenceId }) => act === 'silenced' && silenceId === silence.id),
    })),
  };
}

/** @param idText the beginning of an episode's id. @throws OperatorError as {@link findEpisode} */
export async function readEpisode({ pool, topic }: Desk, idText: string, nowMs: number): Promise<ShownEpisode> {
  const episode = await findEpisode({ pool, topic }, idText);
  const [silences, acts, [notifications]] = await Promise.all([
    silencesNow(pool, topic, nowMs),
    actsOf(pool, 'episode_id', [episode.id]),
    pool.query<(RowDataPacket & ToldNotification)[]>(
      `SELECT kind, severity, state, recipient, attempts, created_at AS createdAt, sent_at AS sentAt,
              silence_id AS silenceId, last_error AS lastError
         FROM alert_outbox WHERE episode_id = ? ORDER BY id`,
      [episode.id],
    ),
  ]);
  return { ...deskEpisode(episode, acts, silences), notifications: notifications.map((row) => ({ ...row })), acts };
}

/**
 * Finds an episode by the beginning of its id.
 *
 * @throws OperatorError `EPISODE_UNKNOWN` when there is none, `EPISODE_AMBIGUOUS` when there are several
 */
export async function findEpisode({ pool, topic }: Pick<Desk, 'pool' | 'topic'>, idText: string): Promise<Episode> {
  const id = idText.toLowerCase();
  const [rows] = /^[0-9a-f]{4,32}$/.test(id)
    ? await pool.query<(RowDataPacket & EpisodeRow)[]>(`${EPISODE} WHERE topic = ? AND id LIKE ? LIMIT 2`, [
        topic,
        `${id}%`,
      ])
    : [[]];
  const [row, other] = rows;
  if (!row) {
    throw new OperatorError('EPISODE_UNKNOWN', `there is no episode ${idText} of topic ${topic}`, {
      next: '`npm run alerts -- list` and `npm run alerts -- history` show ids; four or more of their first characters will do.',
    });
  }
  if (other) {
    throw new OperatorError('EPISODE_AMBIGUOUS', `more than one episode begins with ${idText}`, {
      next: 'Give more characters of its id.',
    });
  }
  return episodeOf(row);
}

/** Ended episodes and everything that was done, since a moment; of one patient, or of all. */
export async function readHistory(
  { pool, topic }: Desk,
  { sinceMs, patient }: { readonly sinceMs: number; readonly patient: number | undefined },
): Promise<History> {
  const ofPatient = patient === undefined ? '' : 'AND customerId = ?';
  const values = [topic, utcText(sinceMs), ...(patient === undefined ? [] : [patient])];
  const [[episodes], [acts]] = await Promise.all([
    pool.query<(RowDataPacket & EpisodeRow)[]>(
      `${EPISODE} WHERE topic = ? AND phase = 'ended' AND ended_at >= ? ${ofPatient}
        ORDER BY ended_at DESC, id LIMIT ${HISTORY_LIMIT}`,
      values,
    ),
    pool.query<(RowDataPacket & ActRow)[]>(
      `${ACT} WHERE topic = ? AND at >= ? ${ofPatient} ORDER BY id DESC LIMIT ${HISTORY_LIMIT}`,
      values,
    ),
  ]);
  const ended = episodes.map(episodeOf).reverse();
  const recent = acts.map(doneAct).reverse();
  // What was done to an episode belongs to it, also where that was before.
  const theirs = await actsOf(pool, 'episode_id', ids(ended));
  const known = new Set(ids(ended));
  const others = recent.filter(({ episodeId }) => episodeId === null || !known.has(episodeId));
  return { episodes: ended, acts: [...theirs, ...others].sort((a, b) => a.atMs - b.atMs) };
}

type ActRow = Omit<DoneAct, 'atMs'> & { readonly at: string };

async function actsOf(
  pool: Pool,
  column: 'episode_id' | 'silence_id',
  values: readonly string[],
): Promise<readonly DoneAct[]> {
  if (values.length === 0) return [];
  const [rows] = await pool.query<(RowDataPacket & ActRow)[]>(`${ACT} WHERE ${column} IN (?) ORDER BY id`, [values]);
  return rows.map(doneAct);
}

function doneAct({ act, episodeId, silenceId, customerId, attribute, by, via, reason, at }: ActRow): DoneAct {
  const silence = silenceId === null ? null : String(silenceId);
  return { act, episodeId, silenceId: silence, customerId, attribute, by, via, reason, atMs: timeOf(at) };
}

/** One that is over, and that no driver has ended yet, withholds nothing any more. */
async function silencesNow(pool: Pool, topic: string, nowMs: number): Promise<readonly Silence[]> {
  return (await readSilences(pool, topic)).filter(({ untilMs }) => untilMs > nowMs);
}

function deskEpisode(episode: Episode, acts: readonly DoneAct[], silences: readonly Silence[]): DeskEpisode {
  const isItsOwn = ({ act, episodeId }: DoneAct) => act === 'acknowledged' && episodeId === episode.id;
  return {
    episode,
    acknowledged: episode.acknowledgedAtMs === undefined ? undefined : acts.findLast(isItsOwn),
    silence: episode.phase === 'ended' ? undefined : silences.find((silence) => covers(silence, episode)),
  };
}

function ids(ones: readonly { readonly id: string }[]): readonly string[] {
  return ones.map(({ id }) => id);
}
