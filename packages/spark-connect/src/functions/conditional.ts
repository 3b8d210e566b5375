/**
 * Choices, nulls and predicates.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import { functionNode } from '../plan/expressions.ts';
import { Column, type ColumnOrValue, columnExpression, toExpression } from './column.ts';
import { column, define, optional, rest, value } from './define.ts';

// Conditional Functions
export const coalesce = define('coalesce', rest(column));
export const ifnull = define('ifnull', column, column);
export const nanvl = define('nanvl', column, column);
export const nullif = define('nullif', column, column);
export const nullifzero = define('nullifzero', column);
export const nvl = define('nvl', column, column);
export const nvl2 = define('nvl2', column, column, column);
export const zeroifnull = define('zeroifnull', column);

// Predicate Functions
export const equalNull = define('equal_null', column, column);
export const ilike = define('ilike', column, column, optional(value));
export const isnan = define('isnan', column);
export const isnotnull = define('isnotnull', column);
export const isnull = define('isnull', column);
export const like = define('like', column, column, optional(value));
export const regexp = define('regexp', column, column);
export const regexpLike = define('regexp_like', column, column);
export const rlike = define('rlike', column, column);

/** Begins a chain of cases: `when(col('bp').gt(180), 'high').otherwise('normal')`. */
export function when(condition: Column, value: ColumnOrValue): Column {
  return new Column(functionNode('when', [columnExpression(condition), toExpression(value)]));
}
export const not = define('not', column);
