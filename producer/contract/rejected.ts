import type { ReadingMessage } from './reading.ts';

/** Why a row is not in the topic of readings. Names the row and the columns, and holds no value of a patient. */
export interface RejectedRow {
  readonly table: string;
  /** The row's id as decimal text; null where the table has none. */
  readonly id: string | null;
  /** Which column is wrong, and how: `heartBeat is null`. */
  readonly reason: string;
}

/** The message of a rejected row: key is the row's id, value `{"table":…,"id":…,"reason":…}`. */
export function rejectedMessage({ table, id, reason }: RejectedRow): ReadingMessage {
  return { key: id ?? '', value: JSON.stringify({ table, id, reason }), headers: {} };
}
