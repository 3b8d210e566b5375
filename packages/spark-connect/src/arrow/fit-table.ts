import { DataType as ArrowType, makeData, RecordBatch, Schema, Struct, Table } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { type Fit, fitField, fitOf } from './fit-column.ts';
import { schemaOf } from './positional-schema.ts';
import { schemaFromArrow } from './schema-from-arrow.ts';

/**
 * A table in the types and layouts that Spark reads, and Spark's schema of it; columns that are fit already are not
 * copied.
 *
 * @throws SparkConnectError `decode` for a type that Spark has not, `encode` for a value that it cannot hold, both naming
 *   the column
 */
export function fitTable(table: Table): { schema: StructType; fitted: Table } {
  const { fields, metadata } = table.schema;
  const fits = fields.map(({ name, type }) => fitOf(type, name));
  const plain = new Schema(
    fields.map((field, i) => fitField(field, fits[i])),
    metadata,
  );
  const schema = schemaFromArrow(plain);
  return { schema, fitted: withoutNulls(fits.some(Boolean) ? applied(table, plain, fits) : table) };
}

function applied(table: Table, plain: Schema, fits: ReadonlyArray<Fit | undefined>): Table {
  const schema = schemaOf(plain.fields, plain.metadata);
  const type = new Struct(schema.fields);
  const batches = table.batches.map(({ data, numRows }) => {
    const children = data.children.map((child, i) => fits[i]?.apply(child) ?? child);
    return new RecordBatch(schema, makeData({ type, length: numRows, nullCount: 0, children }));
  });
  return new Table(schema, batches);
}

/** @throws SparkConnectError `encode` where a column that has none by its field has one: Spark would read a value there */
function withoutNulls(table: Table): Table {
  for (const [i, { name, nullable, type }] of table.schema.fields.entries()) {
    const hasNulls = !nullable && !ArrowType.isNull(type) && table.batches.some(hasNull(i));
    if (hasNulls) throw new SparkConnectError('encode', `column ${name}: null where its field says not nullable`);
  }
  return table;
}

function hasNull(column: number): (batch: RecordBatch) => boolean {
  return ({ data }) => (data.children[column]?.nullCount ?? 0) > 0;
}
