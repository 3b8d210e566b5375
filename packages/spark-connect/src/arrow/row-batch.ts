import { SparkConnectError } from '../errors.ts';
import type { StructType } from '../types/index.ts';
import { ChunkedVector, type ColumnVector, type FlatVector } from './column-vector.ts';
import type { Row, RowShape } from './row.ts';

interface Chunk {
  readonly rowCount: number;
  readonly columns: readonly FlatVector[];
}

/** Decoded rows of one message, by row or by column. Iterating it gives the rows. */
export class RowBatch implements Iterable<Row> {
  /** The rows' schema. */
  readonly schema: StructType;
  /** How many rows there are. */
  readonly rowCount: number;
  readonly #chunks: readonly Chunk[];
  readonly #shape: RowShape;
  readonly #shapeOfAll: RowShape;

  /** @param shapeOfAll makes the rows that are taken all at once */
  constructor(schema: StructType, chunks: readonly Chunk[], shape: RowShape, shapeOfAll: RowShape = shape) {
    this.schema = schema;
    this.#chunks = chunks;
    this.rowCount = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
    this.#shape = shape;
    this.#shapeOfAll = shapeOfAll;
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
    for (const chunk of this.#chunks) {
      if (offset >= 0 && offset < chunk.rowCount) return this.#shape(chunk.columns).read(offset);
      offset -= chunk.rowCount;
    }
    throw new SparkConnectError('not-found', `no row ${index} among ${this.rowCount}`);
  }

  /** All rows as plain objects. */
  rows(): Row[] {
    const rows = new Array<Row>(this.rowCount);
    let from = 0;
    for (const chunk of this.#chunks) {
      this.#shapeOfAll(chunk.columns).readInto(rows, from, chunk.rowCount);
      from += chunk.rowCount;
    }
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
    for (const chunk of this.#chunks) {
      const { read } = this.#shape(chunk.columns);
      for (let index = 0; index < chunk.rowCount; index++) yield read(index);
    }
  }
}
