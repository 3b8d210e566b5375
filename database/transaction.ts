import type { Pool, PoolConnection } from 'mysql2/promise';
import { noteIfReadOnly } from './read-only.ts';

/** Runs statements in one transaction: all of them hold, or, when something throws, none. */
export async function inTransaction<Result>(
  pool: Pool,
  act: (connection: PoolConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    const result = await act(connection);
    await connection.commit();
    connection.release();
    return result;
  } catch (error) {
    // Closing it is what surely ends the transaction, also where the connection is what broke.
    connection.destroy();
    noteIfReadOnly(pool, error);
    throw error;
  }
}
