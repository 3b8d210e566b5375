import { Column, type ColumnOrName, columnExpression, nameToExpression } from '../../functions/column.ts';
import {
  aliasNode,
  functionNode,
  metadataColumnNode,
  nameNode,
  regexNode,
  sqlExpressionNode,
} from '../../plan/expressions.ts';
import { defined, relation } from '../../plan/relations/index.ts';
import { parseDDL, type StructType } from '../../types/index.ts';
import { FrameBase } from './base.ts';
import type { DataFrame } from './index.ts';

/**
 * Which columns become rows, and what the two new columns are called.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.unpivot.html
 */
export interface UnpivotOptions {
  /** Columns that stay, repeated in each row. */
  readonly ids: readonly ColumnOrName[];
  /** Undefined: all columns that are no ids. */
  readonly values?: readonly ColumnOrName[] | undefined;
  /** The new column that tells from which column a value came. */
  readonly variableColumnName: string;
  /** The new column of the values. */
  readonly valueColumnName: string;
}

/**
 * Something for each name: an object, or pairs such as a Map's. An object's keys come in the order in which they were written, but for names that are
 * whole numbers, which JavaScript puts before all others.
 */
export type ByName<V> = Readonly<Record<string, V>> | Iterable<readonly [string, V]>;

function pairsOf<V>(byName: ByName<V>): readonly (readonly [string, V])[] {
  return Symbol.iterator in byName ? [...(byName as Iterable<readonly [string, V]>)] : Object.entries(byName);
}

/** Which columns a DataFrame has. */
export abstract class FrameColumns extends FrameBase {
  /** A column of this very DataFrame, to tell it from one of the same name on a join's other side. */
  col(name: string): Column {
    return new Column(nameNode(name, this.node));
  }
  /** The columns whose names match a regular expression in backticks. */
  colRegex(pattern: string): Column {
    return new Column(regexNode(pattern, this.node));
  }
  /** A column that the source has beside its data, such as `_metadata`. */
  metadataColumn(name: string): Column {
    return new Column(metadataColumnNode(name, this.node));
  }

  /** These columns, in this order. */
  select(...columns: readonly ColumnOrName[]): DataFrame {
    return this.wrap(relation({ kind: 'project', input: this.node, expressions: columns.map(nameToExpression) }));
  }
  /** Columns by their SQL text. */
  selectExpr(...sql: readonly string[]): DataFrame {
    return this.wrap(relation({ kind: 'project', input: this.node, expressions: sql.map(sqlExpressionNode) }));
  }
  /** With one column more, or another in its place. */
  withColumn(name: string, column: Column): DataFrame {
    return this.withColumns({ [name]: column });
  }
  /** Adds columns, or replaces those of the same name. A Map or pairs keep their order also for names like `2024`. */
  withColumns(columns: ByName<Column>): DataFrame {
    const aliases = pairsOf(columns).map(([name, column]) => aliasNode(columnExpression(column), [name]));
    return this.wrap(relation({ kind: 'withColumns', input: this.node, aliases }));
  }
  /** With a column under another name; without such a column as it is. */
  withColumnRenamed(existing: string, name: string): DataFrame {
    return this.withColumnsRenamed({ [existing]: name });
  }
  /** {@link withColumnRenamed} of several columns, one after the other. A Map or pairs keep their order also for names like `2024`. */
  withColumnsRenamed(names: ByName<string>): DataFrame {
    return this.wrap(relation({ kind: 'withColumnsRenamed', input: this.node, renames: pairsOf(names) }));
  }
  /** Attaches metadata to a column. */
  withMetadata(name: string, metadata: Readonly<Record<string, unknown>>): DataFrame {
    const aliases = [aliasNode(nameNode(name, this.node), [name], JSON.stringify(metadata))];
    return this.wrap(relation({ kind: 'withColumns', input: this.node, aliases }));
  }
  /** Without these columns; a name that there is not is ignored. */
  drop(...columns: readonly ColumnOrName[]): DataFrame {
    const names = columns.filter((column) => typeof column === 'string');
    const expressions = columns.filter((column) => typeof column !== 'string').map(columnExpression);
    return this.wrap(relation({ kind: 'drop', input: this.node, columns: expressions, names }));
  }
  /** New names for all columns, in order. */
  toDF(...names: readonly string[]): DataFrame {
    return this.wrap(relation({ kind: 'toDF', input: this.node, names }));
  }
  /** Reordered, cast and checked to fit a schema, given as a type or DDL text. */
  to(schema: StructType | string): DataFrame {
    const type = typeof schema === 'string' ? parseDDL(schema) : schema;
    return this.wrap(relation({ kind: 'toSchema', input: this.node, schema: type }));
  }
  /** Names the DataFrame for `col('name.column')`. */
  alias(alias: string): DataFrame {
    return this.wrap(relation({ kind: 'subqueryAlias', input: this.node, alias }));
  }
  /** Columns to rows: one row per value column, with its name and value. */
  unpivot({ ids, values, variableColumnName, valueColumnName }: UnpivotOptions): DataFrame {
    const optional = defined({ values: values?.map(nameToExpression) });
    const names = { variableColumnName, valueColumnName };
    return this.wrap(
      relation({ kind: 'unpivot', input: this.node, ids: ids.map(nameToExpression), ...names, ...optional }),
    );
  }
  /** {@link unpivot} */
  melt(options: UnpivotOptions): DataFrame {
    return this.unpivot(options);
  }
  /** Rows to columns, named by the index column (the first). Since Spark 4.0. */
  transpose(indexColumn?: ColumnOrName): DataFrame {
    const indexColumns = indexColumn === undefined ? [] : [nameToExpression(indexColumn)];
    return this.wrap(relation({ kind: 'transpose', input: this.node, indexColumns }));
  }
  /** Each row as JSON text, in a column `value`. */
  toJSON(): DataFrame {
    const struct = functionNode('struct', [nameNode('*')]);
    const value = aliasNode(functionNode('to_json', [struct]), ['value']);
    return this.wrap(relation({ kind: 'project', input: this.node, expressions: [value] }));
  }
}
