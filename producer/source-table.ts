import type { Connection, RowDataPacket } from 'mysql2/promise';
import { OperatorError } from '../settings/index.ts';

/** What the source needs to know of a table before it reads it. */
export interface SourceTable {
  readonly name: string;
  /** Whether there is an integer `id` that is unique and never null, so that reading can go on after a row. */
  readonly hasId: boolean;
  readonly hasRecordedAt: boolean;
}

const REQUIRED = ['customerId', 'heartBeat', 'bp'] as const;

/**
 * Looks a table's columns up.
 *
 * @throws OperatorError `SOURCE_TABLE_MISSING` or `SOURCE_COLUMNS_MISSING`, naming table and columns
 */
export async function inspectTable(connection: Connection, name: string): Promise<SourceTable> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, IS_NULLABLE AS nullable
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
    [name],
  );
  if (rows.length === 0) {
    throw new OperatorError('SOURCE_TABLE_MISSING', `The database has no table ${name}`, {
      exitCode: 2,
      next: 'Check --table and DATABASE_NAME.',
    });
  }
  const columns = new Map(rows.map((row) => [String(row.name).toLowerCase(), row]));
  const missing = REQUIRED.filter((column) => !columns.has(column.toLowerCase()));
  if (missing.length > 0) {
    throw new OperatorError('SOURCE_COLUMNS_MISSING', `Table ${name} has no column ${missing.join(', ')}`, {
      exitCode: 2,
      next: `It needs ${REQUIRED.join(', ')}, and at best id and recorded_at too.`,
    });
  }
  const id = columns.get('id');
  // A unique index allows any number of nulls, and no page would ever hold those rows.
  const isWholeNumber = /int$/i.test(String(id?.type)) && id?.nullable === 'NO';
  const hasId = isWholeNumber && (await isUnique(connection, name, 'id'));
  return { name, hasId, hasRecordedAt: columns.has('recorded_at') };
}

/** Whether some unique index is on this column alone: as one of several it may repeat, and pages would skip rows. */
async function isUnique(connection: Connection, table: string, column: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT INDEX_NAME FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND NON_UNIQUE = 0
      GROUP BY INDEX_NAME HAVING COUNT(*) = 1 AND LOWER(MAX(COLUMN_NAME)) = ?`,
    [table, column],
  );
  return rows.length > 0;
}
