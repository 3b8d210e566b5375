/**
 * Functions of a row and its window: used with `over(Window…)`.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import type { Column, ColumnOrName, ColumnOrValue } from './column.ts';
import { column, define, optional, value } from './define.ts';

// Window Functions
export const cumeDist = define('cume_dist');
export const denseRank = define('dense_rank');
export const nthValue = define('nth_value', column, value, optional(value));
export const ntile = define('ntile', value);
export const percentRank = define('percent_rank');
export const rank = define('rank');
export const rowNumber = define('row_number');

const lagOf = define('lag', column, value, optional(value));
const leadOf = define('lead', column, value, optional(value));

/** The value `offset` rows before this one in the window; `fallback` (null) where there is none. */
export function lag(column: ColumnOrName, offset = 1, fallback?: ColumnOrValue): Column {
  return lagOf(column, offset, fallback);
}
/** The value `offset` rows after this one in the window; `fallback` (null) where there is none. */
export function lead(column: ColumnOrName, offset = 1, fallback?: ColumnOrValue): Column {
  return leadOf(column, offset, fallback);
}
