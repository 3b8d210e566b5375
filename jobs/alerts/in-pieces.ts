/**
 * Rows of one statement. MySQL and MariaDB take statements of 4 to 64 MiB, by their version, and break off the connection for a longer one: a batch
 * in which thousands of patients are out of limits would never be written.
 */
const ROWS_AT_ONCE = 500;

/** Writes many rows in statements of a size that every server takes; in the order given, one after the other. */
export async function inPieces<Row>(
  rows: readonly Row[],
  write: (piece: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) await write(rows.slice(from, from + ROWS_AT_ONCE));
}
