import type { Field, Table } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { nullTest } from './buffers.ts';
import { withFields } from './positional-schema.ts';

/**
 * A table whose fields say that there are no nulls where a schema wants none: tables of JavaScript say of every column that it may
 * have some, and the server goes by that.
 *
 * @param firstRow where the table begins in what the program gave
 * @throws SparkConnectError `encode` where there is one, naming the row and the column
 */
export function withRequiredColumns(table: Table, wanted: StructType, firstRow: number): Table {
  const { fields } = table.schema;
  const required = new Set(wanted.fields.filter(({ nullable }) => !nullable).map(({ name }) => name));
  if (!fields.some(({ name, nullable }) => nullable && required.has(name))) return table;
  const strict = fields.map((field, index) => {
    if (!required.has(field.name)) return field;
    requireValues(table, field, index, firstRow);
    return field.clone({ nullable: false });
  });
  return withFields(table, strict);
}

function requireValues(table: Table, { name }: Field, index: number, firstRow: number): void {
  let row = firstRow;
  for (const { data, numRows } of table.batches) {
    const column = data.children[index];
    const isNull = column && nullTest(column);
    for (let i = 0; isNull && i < numRows; i++) {
      if (!isNull(i)) continue;
      throw new SparkConnectError('encode', `row ${row + i}, column ${name}: null where the schema says not null`);
    }
    row += numRows;
  }
}
