/**
 * Functions that take a function: `transform('readings', (reading) => reading.plus(1))`.
 *
 * The callback runs once, here, on columns that stand for its arguments; what it returns is sent as an expression.
 */
import {
  type ExpressionNode,
  functionNode,
  type LambdaNode,
  lambdaNode,
  lambdaVariableNode,
} from '../plan/expressions.ts';
import { Column, type ColumnOrName, columnExpression, nameToExpression } from './column.ts';

type Unary = (x: Column) => Column;
type Binary = (x: Column, y: Column) => Column;
type Ternary = (x: Column, y: Column, z: Column) => Column;

/** How many callbacks are running inside one another: inner variables must not hide those of outer lambdas. */
let depth = 0;

function lambda(callback: Ternary, arity: number): LambdaNode {
  const variables = ['x', 'y', 'z'].slice(0, arity).map((letter) => lambdaVariableNode(`${letter}_${depth}`));
  const columns = variables.map((variable) => new Column(variable)) as unknown as Parameters<Ternary>;
  depth += 1;
  try {
    return lambdaNode(columnExpression(callback(...columns)), variables);
  } finally {
    depth -= 1;
  }
}

function call(name: string, columns: readonly ColumnOrName[], ...lambdas: readonly LambdaNode[]): Column {
  const args: ExpressionNode[] = [...columns.map(nameToExpression), ...lambdas];
  return new Column(functionNode(name, args));
}

/** The index is sent only to a callback that names it. */
function indexedArity(callback: Binary): number {
  return callback.length > 1 ? 2 : 1;
}

/** Each element changed; a callback of two gets the index (from 0) too. */
export const transform = (array: ColumnOrName, change: Binary): Column =>
  call('transform', [array], lambda(change as Ternary, indexedArity(change)));
/** The elements that hold; a callback of two gets the index (from 0) too. */
export const filter = (array: ColumnOrName, holds: Binary): Column =>
  call('filter', [array], lambda(holds as Ternary, indexedArity(holds)));
/** Whether it holds for any element. */
export const exists = (array: ColumnOrName, holds: Unary): Column =>
  call('exists', [array], lambda(holds as Ternary, 1));
/** Whether it holds for all elements. */
export const forall = (array: ColumnOrName, holds: Unary): Column =>
  call('forall', [array], lambda(holds as Ternary, 1));
/** Folds an array, beginning with `initial`: `merge(folded, element)`, and `finish` at the end. */
export const aggregate = (array: ColumnOrName, initial: ColumnOrName, merge: Binary, finish?: Unary): Column =>
  fold('aggregate', array, initial, merge, finish);
/** The same as {@link aggregate}. */
export const reduce = (array: ColumnOrName, initial: ColumnOrName, merge: Binary, finish?: Unary): Column =>
  fold('reduce', array, initial, merge, finish);
/** Two arrays, element by element; the shorter is filled up with nulls. */
export const zipWith = (left: ColumnOrName, right: ColumnOrName, merge: Binary): Column =>
  call('zip_with', [left, right], lambda(merge as Ternary, 2));
/** The entries that hold: `holds(key, value)`. */
export const mapFilter = (map: ColumnOrName, holds: Binary): Column =>
  call('map_filter', [map], lambda(holds as Ternary, 2));
/** New keys: `change(key, value)`. */
export const transformKeys = (map: ColumnOrName, change: Binary): Column =>
  call('transform_keys', [map], lambda(change as Ternary, 2));
/** New values: `change(key, value)`. */
export const transformValues = (map: ColumnOrName, change: Binary): Column =>
  call('transform_values', [map], lambda(change as Ternary, 2));
/** Two maps merged by key: `merge(key, left, right)`, null where one lacks the key. */
export const mapZipWith = (left: ColumnOrName, right: ColumnOrName, merge: Ternary): Column =>
  call('map_zip_with', [left, right], lambda(merge as Ternary, 3));
/** Sorts ascending with nulls last, or by a comparator that gives a negative, zero or positive integer. */
export const arraySort = (array: ColumnOrName, compare?: Binary): Column =>
  compare === undefined ? call('array_sort', [array]) : call('array_sort', [array], lambda(compare as Ternary, 2));

function fold(name: string, array: ColumnOrName, initial: ColumnOrName, merge: Binary, finish?: Unary): Column {
  const lambdas = [lambda(merge as Ternary, 2)];
  if (finish !== undefined) lambdas.push(lambda(finish as Ternary, 1));
  return call(name, [array, initial], ...lambdas);
}
