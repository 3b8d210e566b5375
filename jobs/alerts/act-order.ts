import type { Connection, RowDataPacket } from 'mysql2/promise';

/** How many acts there were: a batch that is judged now is judged with all of them. */
export async function readActs(connection: Pick<Connection, 'query'>, topic: string): Promise<bigint> {
  return await countOf(connection, topic, '');
}

/** Begins an act of a person: batches that were judged before it, and are not written yet, are judged again. */
export async function takeTurn(connection: Connection, topic: string): Promise<void> {
  await connection.query('INSERT INTO alert_desk (topic, acts) VALUES (?, 1) ON DUPLICATE KEY UPDATE acts = acts + 1', [
    topic,
  ]);
}

/**
 * Whether nobody has acted since a batch's state was read; within the batch's transaction, at whose end others may act again.
 * So batches and acts are one after the other, and an act counts for all that is written after it.
 */
export async function nobodyActedSince(connection: Connection, topic: string, acts: bigint): Promise<boolean> {
  return (await countOf(connection, topic, 'LOCK IN SHARE MODE')) === acts;
}

async function countOf(connection: Pick<Connection, 'query'>, topic: string, lock: string): Promise<bigint> {
  const [rows] = await connection.query<(RowDataPacket & { acts: string })[]>(
    `SELECT acts FROM alert_desk WHERE topic = ? ${lock}`,
    [topic],
  );
  return BigInt(rows[0]?.acts ?? 0);
}
