import type { StructType } from '../types/index.ts';
import { compiledRows } from './compiled-rows.ts';
import type { ColumnReader } from './decoder.ts';
import { keepValues, type Row, type RowLife, type RowShape } from './row.ts';

/** Makes the rows of one schema, all with one hidden class: compiled for it, or copies of a template that are filled. */
export function rowShape(schema: StructType, life: RowLife = 'passing'): RowShape {
  const { names } = schema;
  const isPlain = new Set(names).size === names.length && !names.some(isSpecial);
  return isPlain ? (compiledRows(schema, life) ?? filling(names)) : listing(names);
}

function filling(names: readonly string[]): RowShape {
  const template: Row = Object.fromEntries(names.map((name) => [name, null]));
  return shapeOf((columns, index) => {
    const row = { ...template };
    for (const [column, name] of names.entries()) row[name] = columns[column]?.get(index);
    return row;
  });
}

/** For names that a plain object cannot show as they are: the values by position stand beside it. */
function listing(names: readonly string[]): RowShape {
  return shapeOf((columns, index) => {
    const values = columns.map(({ get }) => get(index));
    const row: Row = {};
    for (const [column, name] of names.entries()) {
      if (Object.hasOwn(row, name)) continue;
      // Assigning to `__proto__` would set the prototype.
      Object.defineProperty(row, name, { value: values[column], enumerable: true, writable: true, configurable: true });
    }
    return keepValues(row, values);
  });
}

function shapeOf(readRow: (columns: readonly ColumnReader[], index: number) => Row): RowShape {
  return (columns) => ({
    read: (index) => readRow(columns, index),
    readInto(rows, from, count) {
      for (let index = 0; index < count; index++) rows[from + index] = readRow(columns, index);
    },
  });
}

/** Names that a plain object would move to the front, or take for its prototype. */
function isSpecial(name: string): boolean {
  return name === '__proto__' || /^\d+$/.test(name);
}
