import { SparkConnectError } from '../errors.ts';
import { type ColumnOrName, nameToExpression } from '../functions/column.ts';
import { toSortOrder } from '../functions/window-spec.ts';
import { type ExpressionNode, type SortOrderNode, subqueryNode } from '../plan/expressions.ts';
import type { RelationNode } from '../plan/relations/index.ts';

interface Layout {
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly SortOrderNode[];
  readonly singlePartition: boolean;
}

/**
 * A DataFrame as the argument of a table-valued function, and how its rows reach it. Immutable. Since Spark 4.0.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.asTable.html
 */
export class TableArg {
  readonly #relation: RelationNode;
  readonly #layout: Layout;

  constructor(relation: RelationNode, layout: Layout = { partitionBy: [], orderBy: [], singlePartition: false }) {
    this.#relation = relation;
    this.#layout = Object.freeze(layout);
  }

  /** Rows that are equal in these columns reach one call. @throws invalid-argument where the partitions are chosen already */
  partitionBy(...columns: readonly ColumnOrName[]): TableArg {
    this.#requirePartitions('partitionBy()', false);
    return this.#with({ partitionBy: columns.map(nameToExpression) });
  }
  /** All rows reach one call. @throws invalid-argument where the partitions are chosen already */
  withSinglePartition(): TableArg {
    this.#requirePartitions('withSinglePartition()', false);
    return this.#with({ singlePartition: true });
  }
  /** The order within a partition. @throws invalid-argument before partitions are chosen */
  orderBy(...columns: readonly ColumnOrName[]): TableArg {
    this.#requirePartitions('orderBy()', true);
    return this.#with({ orderBy: [...this.#layout.orderBy, ...columns.map(toSortOrder)] });
  }

  /** The expression that stands for the table among a function's arguments. */
  get expression(): ExpressionNode {
    return subqueryNode(this.#relation, { as: 'table', ...this.#layout });
  }

  #requirePartitions(method: string, wanted: boolean): void {
    const { partitionBy, singlePartition } = this.#layout;
    if ((partitionBy.length > 0 || singlePartition) === wanted) return;
    const order = wanted ? 'comes after partitionBy() or withSinglePartition()' : 'comes once, and before orderBy()';
    throw new SparkConnectError('invalid-argument', `${method} ${order}`);
  }

  #with(change: Partial<Layout>): TableArg {
    return new TableArg(this.#relation, { ...this.#layout, ...change });
  }
}
