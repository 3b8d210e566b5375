import { hostname } from 'node:os';
import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import { codeOf, OperatorError } from '../../settings/index.ts';

type EpochRow = RowDataPacket & { epoch: string };
type LeaderRow = EpochRow & { holder: string; since: string };

const SELECT_LEADER = 'SELECT epoch, holder, since FROM alert_leader WHERE topic = ? FOR UPDATE';

/** The right to write the alerts of a topic, until another driver takes it. */
export interface Leadership {
  readonly topic: string;
  readonly epoch: bigint;
}

/** The newest epoch of a topic; 0 where nobody has ever led. */
export async function readEpoch(pool: Pool, topic: string): Promise<bigint> {
  try {
    const [rows] = await pool.query<EpochRow[]>('SELECT epoch FROM alert_leader WHERE topic = ?', [topic]);
    return BigInt(rows[0]?.epoch ?? 0);
  } catch (error) {
    // The tables are made when the lead is taken for the first time.
    if (codeOf(error) === 'ER_NO_SUCH_TABLE') return 0n;
    throw error;
  }
}

/**
 * Takes the lead: from now on commits of whoever had it before fail.
 *
 * @param after the epoch that this driver saw before it started: who was frozen while starting, and wakes up when
 *   somebody else leads, must not take the lead back. Without it, whoever leads is followed.
 * @throws OperatorError `FENCED` when somebody else has taken the lead since then
 */
export async function takeLead(pool: Pool, topic: string, after?: bigint): Promise<Leadership> {
  return await inTransaction(pool, async (connection) => {
    await connection.query("INSERT IGNORE INTO alert_leader (topic, epoch, holder, since) VALUES (?, 0, '', NOW(3))", [
      topic,
    ]);
    const [rows] = await connection.query<LeaderRow[]>(SELECT_LEADER, [topic]);
    const [leader] = rows;
    const epoch = BigInt(leader?.epoch ?? 0);
    if (after !== undefined && epoch !== after) {
      throw new OperatorError(
        'FENCED',
        `another vital-alerts driver has taken topic ${topic} over while this one was starting (${standingOf(leader)})`,
        { next: 'The other one goes on from here; this one can be left alone.' },
      );
    }
    await connection.query(
      'UPDATE alert_leader SET epoch = ?, holder = ?, since = NOW(3), without_limits = 0 WHERE topic = ?',
      [String(epoch + 1n), `${hostname()} ${process.pid}`.slice(0, 120), topic],
    );
    return { topic, epoch: epoch + 1n };
  });
}

/**
 * Makes sure, within a transaction, that this driver still leads; nobody else can take the lead before its end.
 *
 * @throws OperatorError `FENCED`
 */
export async function requireLead(connection: Connection, { topic, epoch }: Leadership): Promise<void> {
  const [rows] = await connection.query<LeaderRow[]>(SELECT_LEADER, [topic]);
  const [leader] = rows;
  if (leader && BigInt(leader.epoch) === epoch) return;
  throw new OperatorError(
    'FENCED',
    `another vital-alerts driver has taken topic ${topic} over (${standingOf(leader)}; ours is epoch ${epoch}): nothing of this batch was written`,
    { next: 'The other one goes on from here; this one can be left alone.' },
  );
}

function standingOf(leader: LeaderRow | undefined): string {
  return leader ? `${leader.holder} leads since ${leader.since} UTC, epoch ${leader.epoch}` : 'its row is gone';
}
