/** Where columns come from: names, values, SQL text, functions called by name. */
import { callNode, sqlExpressionNode } from '../plan/expressions.ts';
import { literalExpression } from '../plan/literal-expression.ts';
import type { LiteralValue } from '../plan/literals.ts';
import type { DataType } from '../types/index.ts';
import { Column, type ColumnOrName, col, nameToExpression } from './column.ts';

export { col, col as column } from './column.ts';

/**
 * A literal. A number becomes an int where it fits, a long where it is a larger safe integer, a double where it has a
 * fraction; a bigint becomes a long; a Date a timestamp; an array a call of `array`. A column stays as it is.
 *
 * @param type the type to use instead, e.g. `lit(1, T.double())` or `lit([], T.array(T.int()))`
 * @throws invalid-argument for an integer beyond 2^53 (use a bigint), an invalid Date, text with half characters (lone
 * surrogates), a value that the type cannot hold exactly
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.lit.html
 */
export function lit(value: Column | LiteralValue, type?: DataType): Column {
  return new Column(value instanceof Column ? value.expression : literalExpression(value, type));
}

/**
 * SQL text, parsed by the server: `expr('bp + 1 AS next')`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.expr.html
 */
export function expr(sql: string): Column {
  return new Column(sqlExpressionNode(sql));
}

/** Calls a function by its name in the catalog, built in or registered by a user. */
export function callFunction(name: string, ...args: readonly ColumnOrName[]): Column {
  return new Column(callNode(name, args.map(nameToExpression)));
}

/** {@link callFunction} for a function that a user has registered. */
export function callUdf(name: string, ...args: readonly ColumnOrName[]): Column {
  return callFunction(name, ...args);
}

/** Marks a DataFrame as small enough to be sent whole to every executor in a join. */
export function broadcast<Frame extends { hint(name: string): Frame }>(frame: Frame): Frame {
  return frame.hint('broadcast');
}

const named = (column: ColumnOrName): Column => (typeof column === 'string' ? col(column) : column);

export const asc = (column: ColumnOrName): Column => named(column).asc();
export const ascNullsFirst = (column: ColumnOrName): Column => named(column).ascNullsFirst();
export const ascNullsLast = (column: ColumnOrName): Column => named(column).ascNullsLast();
export const desc = (column: ColumnOrName): Column => named(column).desc();
export const descNullsFirst = (column: ColumnOrName): Column => named(column).descNullsFirst();
export const descNullsLast = (column: ColumnOrName): Column => named(column).descNullsLast();
