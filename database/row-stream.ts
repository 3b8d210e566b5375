import type { Readable } from 'node:stream';
import type { Connection as CallbackConnection } from 'mysql2';
import type { Connection } from 'mysql2/promise';

/**
 * Streams the rows of a query as arrays, with back-pressure down to the server's socket.
 *
 * @param bufferedRows how many rows may wait in memory
 */
export function streamRows(connection: Connection, sql: string, bufferedRows: number): Readable {
  // The promise API has no streams; the connection that it wraps is there but not in its types.
  const { connection: wrapped } = connection as Connection & { readonly connection: CallbackConnection };
  return wrapped.query({ sql, rowsAsArray: true }).stream({ highWaterMark: bufferedRows });
}
