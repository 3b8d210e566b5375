import { hostname } from 'node:os';
import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import { inTransaction } from '../../database/index.ts';
import { OperatorError } from '../../settings/index.ts';

/** The right to write the alerts of a topic, until another driver takes it. */
export interface Leadership {
  readonly topic: string;
  readonly epoch: bigint;
}

/** Takes the lead: from now on commits of whoever had it before fail. */
export async function takeLead(pool: Pool, topic: string): Promise<Leadership> {
  return await inTransaction(pool, async (connection) => {
    await connection.query(
      `INSERT INTO alert_leader (topic, epoch, holder, since) VALUES (?, 1, ?, NOW(3))
       ON DUPLICATE KEY UPDATE epoch = epoch + 1, holder = VALUES(holder), since = VALUES(since)`,
      [topic, `${hostname()} ${process.pid}`.slice(0, 120)],
    );
    const [rows] = await connection.query<(RowDataPacket & { epoch: string })[]>(
      'SELECT epoch FROM alert_leader WHERE topic = ?',
      [topic],
    );
    return { topic, epoch: BigInt(rows[0]?.epoch ?? 0) };
  });
}

/**
 * Makes sure, within a transaction, that this driver still leads; nobody else can take the lead before its end.
 *
 * @throws OperatorError `FENCED`
 */
export async function requireLead(connection: Connection, { topic, epoch }: Leadership): Promise<void> {
  const [rows] = await connection.query<(RowDataPacket & { epoch: string; holder: string; since: string })[]>(
    'SELECT epoch, holder, since FROM alert_leader WHERE topic = ? FOR UPDATE',
    [topic],
  );
  const [leader] = rows;
  if (leader && BigInt(leader.epoch) === epoch) return;
  const newer = leader ? `${leader.holder} leads since ${leader.since} UTC, epoch ${leader.epoch}` : 'its row is gone';
  throw new OperatorError(
    'FENCED',
    `another vital-alerts driver has taken topic ${topic} over (${newer}; ours is epoch ${epoch}): nothing of this batch was written`,
    { next: 'The other one goes on from here; this one can be left alone.' },
  );
}
