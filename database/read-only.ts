import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { codeOf, messageOf } from '../settings/index.ts';

/** Whether a server refuses to write because it is a replica, or has become one. The first code stands for other options too. */
export function isReadOnly(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'ER_OPTION_PREVENTS_STATEMENT') return /read.only/i.test(messageOf(error));
  return code === 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION' || code === 'ER_READ_ONLY_MODE';
}

/** Of a pool: how often its server has turned out to be a replica. Connections from before that are not used any more. */
const moves = new WeakMap<object, number>();

/** Makes a pool that has met a read-only server open its connections anew, so that the name of the host leads to the server that writes now. */
export function noteIfReadOnly(pool: Pool, error: unknown): void {
  if (isReadOnly(error) && moves.has(pool)) moves.set(pool, (moves.get(pool) ?? 0) + 1);
}

/**
 * After a failover the connections to the old server stay open, and so does what it holds: statements that only read go on to show
 * the past, next to others that reach the new server. So none of them may stay in the pool once one was refused, and none may
 * come in that leads to a replica, for names are kept for some seconds.
 */
export function leaveReadOnlyServers(pool: Pool): void {
  moves.set(pool, 0);
  const checkedAt = new WeakMap<object, number>();
  pool.on('connection', (connection) => checkedAt.set(connection, moves.get(pool) === 0 ? 0 : -1));
  const get = pool.getConnection.bind(pool);
  pool.getConnection = async () => {
    for (;;) {
      const connection = await get();
      const at = checkedAt.get(connection.connection);
      if (at === moves.get(pool)) return connection;
      if (at !== -1) {
        connection.destroy();
        continue;
      }
      await requireWritable(connection);
      checkedAt.set(connection.connection, moves.get(pool) ?? 0);
      return connection;
    }
  };
  pool.query = (async (...statement: Parameters<Pool['query']>) => {
    const connection = await pool.getConnection();
    try {
      return await connection.query(...statement);
    } catch (error) {
      noteIfReadOnly(pool, error);
      throw error;
    } finally {
      connection.release();
    }
  }) as Pool['query'];
}

async function requireWritable(connection: PoolConnection): Promise<void> {
  try {
    const [[row]] = await connection.query<(RowDataPacket & Record<string, unknown>)[]>(
      'SELECT @@global.read_only AS server, @@global.innodb_read_only AS engine',
    );
    if (![row?.server, row?.engine].some((value) => !/^(0|OFF)$/i.test(String(value)))) return;
    throw Object.assign(new Error('the server is running with the --read-only option'), {
      code: 'ER_OPTION_PREVENTS_STATEMENT',
    });
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
