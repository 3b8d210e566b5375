import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { ChunkedVector, type ColumnVector } from './column-vector.ts';
import { type Row, RowShape } from './row.ts';

/** Rows are made in blocks of this many, so that the columns' values are still in the processor's cache. */
const BLOCK_ROWS = 1024;

interface Chunk {
  readonly rowCount: number;
  readonly columns: readonly ColumnVector[];
}

/** Decoded rows of one message, by row or by column. Iterating it gives the rows. */
export class RowBatch implements Iterable<Row> {
  /** The rows' schema. */
  readonly schema: StructType;
  /** How many rows there are. */
  readonly rowCount: number;
  readonly #chunks: readonly Chunk[];
  readonly #shape: RowShape;

  constructor(schema: StructType, chunks: readonly Chunk[]) {
    this.schema = schema;
    this.#chunks = chunks;
    this.rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
    this.#shape = new RowShape(schema.names);
  }

  /**
   * A column by its position, which also tells columns of the same name apart.
   *
   * @throws SparkConnectError `not-found`
   */
  column(index: number): ColumnVector {
    const field = this.schema.fields[index];
    if (!field) throw new SparkConnectError('not-found', `no column ${index} among ${this.schema.fields.length}`);
    const parts = this.#chunks.flatMap(({ columns }) => columns[index] ?? []);
    const [only] = parts;
    return only && parts.length === 1 ? only : new ChunkedVector(field.name, field.dataType, parts);
  }

  /**
   * One row. For all of them `rows()` or iterating is faster.
   *
   * @throws SparkConnectError `not-found`
   */
  row(index: number): Row {
    let offset = index;
    for (const { rowCount, columns } of this.#chunks) {
      if (offset >= 0 && offset < rowCount)
        return this.#shape.row(
          columns.map((column) => column.get.bind(column)),
          offset,
        );
      offset -= rowCount;
    }
    throw new SparkConnectError('not-found', `no row ${index} among ${this.rowCount}`);
  }

  /** All rows as plain objects. */
  rows(): Row[] {
    const rows: Row[] = [];
    for (const block of this.#blocks()) for (const row of block) rows.push(row);
    return rows;
  }

  /** The rows as arrays of values by position: no value is lost where names repeat. */
  toArrays(): unknown[][] {
    return this.#chunks.flatMap(({ rowCount, columns }) =>
      Array.from({ length: rowCount }, (_, index) => columns.map((column) => column.get(index))),
    );
  }

  /** The rows one by one. */
  *[Symbol.iterator](): Iterator<Row> {
    for (const block of this.#blocks()) yield* block;
  }

  *#blocks(): Generator<Row[]> {
    for (const { rowCount, columns } of this.#chunks) {
      for (let from = 0; from < rowCount; from += BLOCK_ROWS) {
        const to = Math.min(from + BLOCK_ROWS, rowCount);
        yield this.#shape.rows(
          columns.map((column) => column.toArray(from, to)),
          to - from,
        );
      }
    }
  }
}
