import { invalid } from '../errors.ts';
import {
  type ExpressionNode,
  type FrameBoundary,
  type SortOrderNode,
  sortOrderNode,
  type WindowFrame,
} from '../plan/expressions.ts';
import { literalNode } from '../plan/literals.ts';
import { type ColumnOrName, nameToExpression } from './column.ts';

/** Stand for the ends of the partition, as do infinity and all that 64 bits cannot hold; as offsets both can be given as bigints. */
const unboundedPreceding = Number.MIN_SAFE_INTEGER;
const unboundedFollowing = Number.MAX_SAFE_INTEGER;
const LONG_LIMIT = 2n ** 63n;

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

  /**
   * Counts rows from the current one: `rowsBetween(-2, 0)` is this row and the two before it.
   *
   * @throws SparkConnectError invalid-argument for an offset that is no integer from -2147483647 to 2147483647, and a frame that begins or ends at the wrong end
   */
  rowsBetween(start: number | bigint, end: number | bigint): WindowSpec {
    return this.#frame('rows', start, end);
  }

  /**
   * Compares values of the one order column: `rangeBetween(-60, 0)` is all rows from 60 less up to its peers.
   *
   * @throws SparkConnectError invalid-argument for a number beyond 2^53 (give a bigint), and a frame that begins or ends at the wrong end
   */
  rangeBetween(start: number | bigint, end: number | bigint): WindowSpec {
    return this.#frame('range', start, end);
  }

  #frame(type: WindowFrame['type'], start: number | bigint, end: number | bigint): WindowSpec {
    if (isUnboundedFollowing(start)) throw invalid('a frame cannot begin at the end of the partition');
    if (isUnboundedPreceding(end)) throw invalid('a frame cannot end at the beginning of the partition');
    const lower = isUnboundedPreceding(start) ? UNBOUNDED : boundary(type, start);
    const upper = isUnboundedFollowing(end) ? UNBOUNDED : boundary(type, end);
    return new WindowSpec({ ...this.spec, frame: { type, lower, upper } });
  }
}

const UNBOUNDED: FrameBoundary = { at: 'unbounded' };

function isUnboundedPreceding(offset: number | bigint): boolean {
  return offset === unboundedPreceding || offset <= 1n - LONG_LIMIT;
}

function isUnboundedFollowing(offset: number | bigint): boolean {
  return offset === unboundedFollowing || offset >= LONG_LIMIT - 1n;
}

function boundary(type: WindowFrame['type'], offset: number | bigint): FrameBoundary {
  const number = Number(offset);
  if (number === 0) return { at: 'currentRow' };
  if (type === 'range') return { at: 'value', value: literalNode(offset) };
  // Not -(2^31), though it is one of 32 bits: Spark turns its sign around in vain, and finds no rows.
  if (Number.isInteger(number) && Math.abs(number) < 2 ** 31) return { at: 'value', value: literalNode(number) };
  throw invalid(`a row frame's boundary is a whole number from -2147483647 to 2147483647, or an end, not ${offset}`);
}

/**
 * Begins a window: `Window.partitionBy('ward').orderBy(col('bp').desc())`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/window.html
 */
export const Window = Object.freeze({
  /** The row itself, as the end of a frame. */
  currentRow: 0,
  /** The first row of the partition, as the beginning of a frame. */
  unboundedPreceding,
  /** The last row of the partition, as the end of a frame. */
  unboundedFollowing,
  /** {@link WindowSpec.partitionBy} */
  partitionBy: (...columns: readonly ColumnOrName[]): WindowSpec => new WindowSpec().partitionBy(...columns),
  /** {@link WindowSpec.orderBy}: of all rows, in one partition. */
  orderBy: (...columns: readonly ColumnOrName[]): WindowSpec => new WindowSpec().orderBy(...columns),
  /** {@link WindowSpec.rowsBetween} */
  rowsBetween: (start: number | bigint, end: number | bigint): WindowSpec => new WindowSpec().rowsBetween(start, end),
  /** {@link WindowSpec.rangeBetween} */
  rangeBetween: (start: number | bigint, end: number | bigint): WindowSpec => new WindowSpec().rangeBetween(start, end),
});
