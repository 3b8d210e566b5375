import { invalid } from '../../errors.ts';
import {
  type ColumnOrName,
  type ColumnOrValue,
  columnExpression,
  nameToExpression,
  toExpression,
} from '../../functions/column.ts';
import { toSortOrder } from '../../functions/window-spec.ts';
import { partitionIdNode, type SortOrderNode, sortOrderNode, sqlExpressionNode } from '../../plan/expressions.ts';
import { literalNode } from '../../plan/literals.ts';
import { defined, relation } from '../../plan/relations/index.ts';
import { randomSeed, seedOf } from '../seed.ts';
import { rowCount } from './base.ts';
import { FrameColumns } from './columns.ts';
import type { DataFrame } from './index.ts';

/** Which rows a DataFrame has, in which order, in which partitions. */
export abstract class FrameRows extends FrameColumns {
  /** The rows for which a condition, given as a column or as SQL text, is true. */
  filter(condition: ColumnOrName): DataFrame {
    const expression = typeof condition === 'string' ? sqlExpressionNode(condition) : columnExpression(condition);
    return this.wrap(relation({ kind: 'filter', input: this.node, condition: expression }));
  }
  /** {@link filter} */
  where(condition: ColumnOrName): DataFrame {
    return this.filter(condition);
  }
  /** The rows in this order. A number is the place of a column, from 1, and a negative one sorts by it in descending order. */
  orderBy(...columns: readonly (ColumnOrName | number)[]): DataFrame {
    return this.#sort(columns, true);
  }
  /** {@link orderBy} */
  sort(...columns: readonly (ColumnOrName | number)[]): DataFrame {
    return this.orderBy(...columns);
  }
  /** The rows of each partition in this order; numbers as for {@link orderBy}. */
  sortWithinPartitions(...columns: readonly (ColumnOrName | number)[]): DataFrame {
    return this.#sort(columns, false);
  }
  /** At most so many rows. */
  limit(limit: number): DataFrame {
    return this.wrap(relation({ kind: 'limit', input: this.node, limit: rowCount(limit) }));
  }
  /** All but the first so many rows. */
  offset(offset: number): DataFrame {
    return this.wrap(relation({ kind: 'offset', input: this.node, offset: rowCount(offset) }));
  }
  /** One of each row. */
  distinct(): DataFrame {
    return this.dropDuplicates();
  }
  /** One row of each combination of these columns (all, when none is named). */
  dropDuplicates(...columns: readonly string[]): DataFrame {
    return this.wrap(relation({ kind: 'deduplicate', input: this.node, columns, withinWatermark: false }));
  }
  /** {@link dropDuplicates} for streams, forgetting what is older than the watermark. */
  dropDuplicatesWithinWatermark(...columns: readonly string[]): DataFrame {
    return this.wrap(relation({ kind: 'deduplicate', input: this.node, columns, withinWatermark: true }));
  }
  /** A random share of the rows. */
  sample(
    fraction: number,
    options: { readonly withReplacement?: boolean | undefined; readonly seed?: bigint | number | undefined } = {},
  ): DataFrame {
    return this.#sample(0, fraction, options.withReplacement ?? false, seedOf(options.seed ?? randomSeed()), false);
  }
  /** Splits at random into DataFrames whose sizes are about in proportion to the weights. */
  randomSplit(weights: readonly number[], seed: bigint | number = randomSeed()): readonly DataFrame[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (weights.some((weight) => !(weight >= 0)) || total <= 0)
      throw invalid('weights are not negative and not all zero');
    const seed64 = seedOf(seed);
    let upper = 0;
    return weights.map((weight) => {
      const lower = upper;
      upper += weight / total;
      return this.#sample(lower, Math.min(upper, 1), false, seed64, true);
    });
  }
  /** The rows spread anew over partitions, by the values of columns where some are named. */
  repartition(first: number | ColumnOrName, ...columns: readonly ColumnOrName[]): DataFrame {
    if (typeof first === 'number' && columns.length === 0) {
      const numPartitions = partitionCount(first);
      return this.wrap(relation({ kind: 'repartition', input: this.node, numPartitions, shuffle: true }));
    }
    const by = typeof first === 'number' ? columns : [first, ...columns];
    return this.#repartitionBy(by.map(nameToExpression), typeof first === 'number' ? first : undefined);
  }
  /** The rows spread over partitions by ranges of the columns. */
  repartitionByRange(first: number | ColumnOrName, ...columns: readonly ColumnOrName[]): DataFrame {
    const by = typeof first === 'number' ? columns : [first, ...columns];
    return this.#repartitionBy(by.map(toSortOrder), typeof first === 'number' ? first : undefined);
  }
  /** Fewer partitions, without a shuffle. */
  coalesce(numPartitions: number): DataFrame {
    const count = partitionCount(numPartitions);
    return this.wrap(relation({ kind: 'repartition', input: this.node, numPartitions: count, shuffle: false }));
  }
  /** Sends each row to the partition whose number the column holds, modulo their number. Since Spark 4.1. */
  repartitionById(numPartitions: number, partitionId: ColumnOrName): DataFrame {
    return this.#repartitionBy([partitionIdNode(nameToExpression(partitionId))], numPartitions);
  }
  /** Advice for Spark's planner, such as `broadcast`. A single array stands for its elements: `hint('rebalance', [2, 'id'])`. */
  hint(name: string, ...parameters: readonly ColumnOrValue[] | readonly [readonly ColumnOrValue[]]): DataFrame {
    const [first] = parameters;
    const list = parameters.length === 1 && Array.isArray(first) ? (first as readonly ColumnOrValue[]) : parameters;
    const nodes = (list as readonly ColumnOrValue[]).map(toExpression);
    return this.wrap(relation({ kind: 'hint', input: this.node, name, parameters: nodes }));
  }
  /** How late rows may come, by a column of times; state about what is older is forgotten. */
  withWatermark(eventTime: string, delayThreshold: string): DataFrame {
    return this.wrap(relation({ kind: 'withWatermark', input: this.node, eventTime, delayThreshold }));
  }

  /** @throws SparkConnectError invalid-argument without a column */
  #sort(columns: readonly (ColumnOrName | number)[], global: boolean): DataFrame {
    if (columns.length === 0) throw invalid('sorting needs a column');
    return this.wrap(relation({ kind: 'sort', input: this.node, order: columns.map(placeOrOrder), global }));
  }

  #sample(
    lowerBound: number,
    upperBound: number,
    withReplacement: boolean,
    seed: bigint,
    deterministicOrder: boolean,
  ): DataFrame {
    const bounds = { lowerBound, upperBound };
    return this.wrap(
      relation({ kind: 'sample', input: this.node, ...bounds, withReplacement, seed, deterministicOrder }),
    );
  }

  #repartitionBy(expressions: readonly ReturnType<typeof nameToExpression>[], numPartitions?: number): DataFrame {
    if (expressions.length === 0) throw invalid('repartitioning needs a number of partitions or columns');
    const optional = defined({
      numPartitions: numPartitions === undefined ? undefined : partitionCount(numPartitions),
    });
    return this.wrap(relation({ kind: 'repartitionByExpression', input: this.node, expressions, ...optional }));
  }
}

/** @throws SparkConnectError invalid-argument */
function partitionCount(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count < 2 ** 31) return count;
  throw invalid(`${count} is no number of partitions (1 to 2147483647)`);
}

/** @throws SparkConnectError invalid-argument for a number that is no place */
function placeOrOrder(by: ColumnOrName | number): SortOrderNode {
  if (typeof by !== 'number') return toSortOrder(by);
  if (!Number.isInteger(by) || by === 0) throw invalid(`${by} is no place of a column: they are counted from 1`);
  const place = literalNode(Math.abs(by));
  return by > 0 ? sortOrderNode(place) : sortOrderNode(place, 'desc', 'last');
}
