import { SparkConnectError } from '../errors.ts';
import {
  type ExpressionNode,
  type FrameBoundary,
  type SortOrderNode,
  sortOrderNode,
  type WindowFrame,
} from '../plan/expressions.ts';
import { literalNode } from '../plan/literals.ts';
import { type ColumnOrName, nameToExpression } from './column.ts';

/** Beyond these a boundary is no offset but the end of the partition, as in Spark. */
const unboundedPreceding = Number.MIN_SAFE_INTEGER;
const unboundedFollowing = Number.MAX_SAFE_INTEGER;

interface Spec {
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly SortOrderNode[];
  readonly frame?: WindowFrame;
}

/** A sort order as it is, anything else ascending. */
export function toSortOrder(value: ColumnOrName): SortOrderNode {
  const expression = nameToExpression(value);
  return expression.kind === 'sortOrder' ? expression : sortOrderNode(expression);
}

/**
 * Which rows a window function sees: partition, order and frame. Immutable.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/window.html
 */
export class WindowSpec {
  /** The record that it stands for. */
  readonly spec: Spec;

  constructor(spec: Spec = { partitionBy: [], orderBy: [] }) {
    this.spec = Object.freeze(spec);
    Object.freeze(this);
  }

  /** Windows of their own for each combination of these columns. */
  partitionBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec({ ...this.spec, partitionBy: columns.map(nameToExpression) });
  }

  /** The order within a window. */
  orderBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec({ ...this.spec, orderBy: columns.map(toSortOrder) });
  }

  /** Counts rows from the current one: `rowsBetween(-2, 0)` is this row and the two before it. */
  rowsBetween(start: number, end: number): WindowSpec {
    return this.#frame('rows', start, end);
  }

  /** Compares values of the one order column: `rangeBetween(-60, 0)` is all rows from 60 less up to its peers. */
  rangeBetween(start: number, end: number): WindowSpec {
    return this.#frame('range', start, end);
  }

  #frame(type: WindowFrame['type'], start: number, end: number): WindowSpec {
    const lower = boundary(type, start);
    const upper = boundary(type, end);
    return new WindowSpec({ ...this.spec, frame: { type, lower, upper } });
  }
}

function boundary(type: WindowFrame['type'], offset: number): FrameBoundary {
  if (offset === 0) return { at: 'currentRow' };
  if (offset <= unboundedPreceding || offset >= unboundedFollowing) return { at: 'unbounded' };
  if (type === 'rows' && !(Number.isInteger(offset) && Math.abs(offset) < 2 ** 31)) {
    throw new SparkConnectError('invalid-argument', `a row frame's boundary is a 32-bit integer, not ${offset}`);
  }
  return { at: 'value', value: literalNode(offset) };
}

/**
 * Begins a window: `Window.partitionBy('ward').orderBy(col('bp').desc())`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/window.html
 */
export const Window = Object.freeze({
  currentRow: 0,
  unboundedPreceding,
  unboundedFollowing,
  partitionBy: (...columns: readonly ColumnOrName[]): WindowSpec => new WindowSpec().partitionBy(...columns),
  orderBy: (...columns: readonly ColumnOrName[]): WindowSpec => new WindowSpec().orderBy(...columns),
  rowsBetween: (start: number, end: number): WindowSpec => new WindowSpec().rowsBetween(start, end),
  rangeBetween: (start: number, end: number): WindowSpec => new WindowSpec().rangeBetween(start, end),
});
