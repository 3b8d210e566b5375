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

/**
 * Makes the rows of one schema.
 *
 * Every row is a copy of one template, so that all share a hidden class; columns are then filled one after the other,
 * which keeps each loop on one kind of value. That is 2 to 3 times faster than row by row, and needs no `eval`.
 */
export class RowShape {
  readonly #names: readonly string[];
  readonly #template: Row | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
    const isPlain = new Set(names).size === names.length && !names.some(isSpecial);
    this.#template = isPlain ? Object.fromEntries(names.map((name) => [name, null])) : undefined;
  }

  /** @param columns values by column, `count` of each */
  rows(columns: ReadonlyArray<readonly unknown[]>, count: number): Row[] {
    if (!this.#template)
      return Array.from({ length: count }, (_, i) => this.#special(columns.map((column) => column[i])));
    const rows = new Array<Row>(count);
    for (let i = 0; i < count; i++) rows[i] = { ...this.#template };
    for (const [index, name] of this.#names.entries()) fill(rows, name, columns[index] ?? []);
    return rows;
  }

  /** @param getters one for each column */
  row(getters: ReadonlyArray<(index: number) => unknown>, index: number): Row {
    if (!this.#template) return this.#special(getters.map((get) => get(index)));
    const row = { ...this.#template };
    for (let column = 0; column < getters.length; column++) row[this.#names[column] ?? ''] = getters[column]?.(index);
    return row;
  }

  #special(values: readonly unknown[]): Row {
    const row: Row = {};
    for (const [index, name] of this.#names.entries()) {
      if (Object.hasOwn(row, name)) continue;
      // Assigning to `__proto__` would set the prototype.
      Object.defineProperty(row, name, { value: values[index], enumerable: true, writable: true, configurable: true });
    }
    return Object.defineProperty(row, ALL_VALUES, { value: values });
  }
}

function fill(rows: Row[], name: string, values: readonly unknown[]): void {
  let index = 0;
  for (const row of rows) row[name] = values[index++];
}

/** Names that a plain object would move to the front, or take for its prototype. */
function isSpecial(name: string): boolean {
  return name === '__proto__' || /^\d+$/.test(name);
}
