/** One result row: a plain object, its columns by name. */
export type Row = Record<string, unknown>;

const ALL_VALUES = Symbol('values of the row, by position');

/**
 * All values of a row in the columns' order, also where a plain object cannot show them: of columns with the same
 * name an object has the first only, and names like `2` come before others whatever their position.
 *
 * @param row a row, or a nested struct, that this package decoded
 */
export function rowValues(row: Row): readonly unknown[] {
  const kept: unknown = Reflect.get(row, ALL_VALUES);
  return Array.isArray(kept) ? kept : Object.values(row);
}

/** Reads the row at an index, or one value of it. */
type Reader<Value> = (index: number) => Value;

/** Makes the reader of rows from one for each column. */
export type RowShape = (columns: readonly Reader<unknown>[]) => Reader<Row>;

/** V8 keeps no more properties than about so many in an object that has a hidden class. */
const MOST_COMPILED_COLUMNS = 1000;

/**
 * Makes the rows of one schema, all with one hidden class.
 *
 * Their reader is compiled for the names, as if somebody had written `{ id: …, name: … }` for this schema. V8 then reads all columns in one go,
 * learns that such objects live long, and puts them where its collector need not copy them: a million rows take four fifths of the time. Where a
 * process may not compile text (`node --disallow-code-generation-from-strings`), rows are copies of a template that are filled.
 */
export function rowShape(names: readonly string[]): RowShape {
  const isPlain = new Set(names).size === names.length && !names.some(isSpecial);
  if (!isPlain) return listing(names);
  return (names.length <= MOST_COMPILED_COLUMNS && compiled(names)) || filling(names);
}

/** Undefined where text may not be compiled. */
function compiled(names: readonly string[]): RowShape | undefined {
  // As a JSON string a name is nothing but a name, whatever is in it.
  const properties = names.map((name, column) => `${JSON.stringify(name)}: read${column}(index)`);
  const readers = names.map((_, column) => `read${column}`);
  try {
    return new Function(
      'columns',
      `const [${readers.join(', ')}] = columns; return (index) => ({ ${properties.join(', ')} });`,
    ) as RowShape;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function filling(names: readonly string[]): RowShape {
  const template: Row = Object.fromEntries(names.map((name) => [name, null]));
  return (columns) => (index) => {
    const row = { ...template };
    for (const [column, name] of names.entries()) row[name] = columns[column]?.(index);
    return row;
  };
}

/** For names that a plain object cannot show as they are: the values by position stand beside it. */
function listing(names: readonly string[]): RowShape {
  return (columns) => (index) => {
    const values = columns.map((read) => read(index));
    const row: Row = {};
    for (const [column, name] of names.entries()) {
      if (Object.hasOwn(row, name)) continue;
      // Assigning to `__proto__` would set the prototype.
      Object.defineProperty(row, name, { value: values[column], enumerable: true, writable: true, configurable: true });
    }
    return Object.defineProperty(row, ALL_VALUES, { value: values });
  };
}

/** Names that a plain object would move to the front, or take for its prototype. */
function isSpecial(name: string): boolean {
  return name === '__proto__' || /^\d+$/.test(name);
}
