import { invalid, SparkConnectError } from '../errors.ts';
import { Column, type ColumnOrName, columnExpression, nameToExpression } from '../functions/column.ts';
import { aliasNode, type ExpressionNode, functionNode, nameNode } from '../plan/expressions.ts';
import { type LiteralValue, literalNode } from '../plan/literals.ts';
import { defined, type Pivot, type RelationNode, relation } from '../plan/relations/index.ts';
import type { DataFrame } from './data-frame/index.ts';

const AGG_TAKES = "agg takes aggregates, F.max('bp'), or names of functions by column, { bp: 'max' }";

type GroupType = 'groupBy' | 'rollup' | 'cube' | 'pivot' | 'groupingSets';

interface Grouping {
  readonly input: RelationNode;
  readonly type: GroupType;
  readonly grouping: readonly ExpressionNode[];
  readonly groupingSets?: readonly (readonly ExpressionNode[])[] | undefined;
  readonly pivot?: Pivot | undefined;
}

/**
 * Rows in groups, waiting for their aggregates; the result has the grouping columns first.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/grouping.html
 */
export class GroupedData {
  readonly #grouping: Grouping;
  readonly #wrap: (node: RelationNode) => DataFrame;

  constructor(grouping: Grouping, wrap: (node: RelationNode) => DataFrame) {
    this.#grouping = grouping;
    this.#wrap = wrap;
  }

  /** Aggregates as columns (`F.max('bp').as('worst')`), or as names of functions by column: `{ bp: 'max' }`. */
  agg(first: Column | Readonly<Record<string, string>>, ...others: readonly Column[]): DataFrame {
    if (first instanceof Column) {
      return this.#aggregate([first, ...others].map(columnExpression));
    }
    if (typeof first !== 'object' || first === null) throw invalid(AGG_TAKES);
    const pairs = Object.entries(first);
    if (pairs.length === 0) throw invalid(AGG_TAKES);
    return this.#aggregate(pairs.map(([column, name]) => functionNode(name, [nameNode(column)])));
  }

  /** How many rows each group has, in a column `count`. */
  count(): DataFrame {
    const count = functionNode('count', [literalNode(1)]);
    return this.#aggregate([aliasNode(count, ['count'])]);
  }

  /** The sum of each of these columns. */
  sum(...columns: readonly [string, ...string[]]): DataFrame {
    return this.#each('sum', columns);
  }
  /** The mean of each of these columns. */
  avg(...columns: readonly [string, ...string[]]): DataFrame {
    return this.#each('avg', columns);
  }
  /** {@link avg} */
  mean(...columns: readonly [string, ...string[]]): DataFrame {
    return this.#each('avg', columns);
  }
  /** The least value of each of these columns. */
  min(...columns: readonly [string, ...string[]]): DataFrame {
    return this.#each('min', columns);
  }
  /** The greatest value of each of these columns. */
  max(...columns: readonly [string, ...string[]]): DataFrame {
    return this.#each('max', columns);
  }

  /**
   * Makes a column of each value; naming the values spares the server a pass to find them.
   *
   * @throws SparkConnectError `invalid-argument` after rollup or cube, and for a value that is an array
   */
  pivot(column: ColumnOrName, values: readonly LiteralValue[] = []): GroupedData {
    const { input, grouping, type } = this.#grouping;
    if (type !== 'groupBy')
      throw new SparkConnectError('invalid-argument', `pivot goes with groupBy only, not with ${type}`);
    const pivot = { column: nameToExpression(column), values: values.map((value) => literalNode(value)) };
    return new GroupedData({ input, grouping, type: 'pivot', pivot }, this.#wrap);
  }

  /** @throws SparkConnectError invalid-argument without a column: which are numeric, only the server could tell */
  #each(name: string, columns: readonly string[]): DataFrame {
    if (columns.length === 0) {
      throw new SparkConnectError(
        'invalid-argument',
        `${name} needs the names of columns: df.dtypes() tells the numeric ones`,
      );
    }
    return this.#aggregate(columns.map((column) => functionNode(name, [nameNode(column)])));
  }

  #aggregate(aggregates: readonly ExpressionNode[]): DataFrame {
    const { input, type: groupType, grouping, pivot, groupingSets } = this.#grouping;
    const optional = defined({ pivot, groupingSets });
    return this.#wrap(relation({ kind: 'aggregate', input, groupType, grouping, aggregates, ...optional }));
  }
}
