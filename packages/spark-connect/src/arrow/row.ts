import type { ColumnReader } from './decoder.ts';

/** One result row: a plain object, its columns by name. */
export type Row = Record<string, unknown>;

/** Reads the rows of one record batch. */
export interface RowReader {
  readonly read: (index: number) => Row;
  /** Writes the first `count` rows to others, from a place on. */
  readonly readInto: (rows: Row[], from: number, count: number) => void;
}

/** Makes the reader of rows from those of their columns. */
export type RowShape = (columns: readonly ColumnReader[]) => RowReader;

/**
 * How long rows live: those that are looked at and let go, or the many of a large result that are kept together. V8 learns where to make a
 * function's objects from what became of the first, and does not learn again.
 */
export type RowLife = 'passing' | 'lasting';

const ALL_VALUES = Symbol('values of the row, by position');

/**
 * All values of a row in the columns' order, also where a plain object cannot show them: of columns with the same
 * name an object has the first only, and names like `2` come before others whatever their position.
 *
 * @param row a row, or a nested struct, that this package decoded
 */
export function rowValues(row: object): readonly unknown[] {
  const kept: unknown = Reflect.get(row, ALL_VALUES);
  return Array.isArray(kept) ? kept : Object.values(row);
}

/** Lets `rowValues` find the values of a row that cannot show them. */
export function keepValues(row: Row, values: readonly unknown[]): Row {
  return Object.defineProperty(row, ALL_VALUES, { value: values });
}
