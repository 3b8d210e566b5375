import { Column, type ColumnOrName } from '../../functions/column.ts';
import { subqueryNode } from '../../plan/expressions.ts';
import { relation } from '../../plan/relations/index.ts';
import { type AsOfOptions, asOfJoinNode, type JoinOn, type JoinType, joinNode, lateralJoinNode } from '../joins.ts';
import { TableArg } from '../table-arg.ts';
import type { DataFrame } from './index.ts';
import { FrameRows } from './rows.ts';

/** What several DataFrames make together. */
export abstract class FrameCombine extends FrameRows {
  /** @param on column names (which then appear once), or conditions; all must hold */
  join(other: DataFrame, on?: JoinOn, how: JoinType = 'inner'): DataFrame {
    return this.wrap(joinNode(this.node, this.nodeOf(other), on, how));
  }
  /**
   * Joins each row with the rows that the other DataFrame makes of it: there, `col('x').outer()` is this row's column.
   * Since Spark 4.0.
   */
  lateralJoin(
    other: DataFrame,
    on?: Column,
    how: 'inner' | 'left' | 'leftouter' | 'left_outer' | 'cross' = 'inner',
  ): DataFrame {
    return this.wrap(lateralJoinNode(this.node, this.nodeOf(other), on, how));
  }
  /** Joins each row with the other's row that is nearest in an ordered column: the last one not after it, by default. */
  joinAsOf(other: DataFrame, leftAsOf: ColumnOrName, rightAsOf: ColumnOrName, options: AsOfOptions = {}): DataFrame {
    return this.wrap(asOfJoinNode(this.node, this.nodeOf(other), leftAsOf, rightAsOf, options));
  }
  /** Each row with each row of the other. */
  crossJoin(other: DataFrame): DataFrame {
    return this.join(other, undefined, 'cross');
  }
  /** All rows of both, by position; duplicates stay, as in SQL's UNION ALL. */
  union(other: DataFrame): DataFrame {
    return this.#setOperation('union', other, true);
  }
  /** The rows of both, by position of the columns. */
  unionAll(other: DataFrame): DataFrame {
    return this.union(other);
  }
  /** All rows of both, by column name. */
  unionByName(other: DataFrame, options: { readonly allowMissingColumns?: boolean | undefined } = {}): DataFrame {
    return this.#setOperation('union', other, true, true, options.allowMissingColumns ?? false);
  }
  /** The different rows that both have. */
  intersect(other: DataFrame): DataFrame {
    return this.#setOperation('intersect', other, false);
  }
  /** The rows that both have, as often as both have them. */
  intersectAll(other: DataFrame): DataFrame {
    return this.#setOperation('intersect', other, true);
  }
  /** The distinct rows that the other has not: SQL's EXCEPT. */
  except(other: DataFrame): DataFrame {
    return this.#setOperation('except', other, false);
  }
  /** The different rows that the other has not. */
  subtract(other: DataFrame): DataFrame {
    return this.except(other);
  }
  /** The rows that the other has not, one less for each that it has. */
  exceptAll(other: DataFrame): DataFrame {
    return this.#setOperation('except', other, true);
  }

  /** The one value of a DataFrame of one row and one column, for use in another's expressions. Since Spark 4.0. */
  scalar(): Column {
    return new Column(subqueryNode(this.node, { as: 'scalar' }));
  }
  /** Whether there is any row, for use in another's expressions. Since Spark 4.0. */
  exists(): Column {
    return new Column(subqueryNode(this.node, { as: 'exists' }));
  }
  /** The rows as the argument of a table-valued function. Since Spark 4.0. */
  asTable(): TableArg {
    return new TableArg(this.node);
  }

  #setOperation(
    operation: 'union' | 'intersect' | 'except',
    other: DataFrame,
    all: boolean,
    byName = false,
    allowMissingColumns = false,
  ): DataFrame {
    const sides = { left: this.node, right: this.nodeOf(other) };
    return this.wrap(relation({ kind: 'setOperation', ...sides, operation, all, byName, allowMissingColumns }));
  }
}
