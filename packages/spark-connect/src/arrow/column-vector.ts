import type { DataType } from '../types/index.ts';
import type { ColumnReader, Getter, NullTest } from './decoder.ts';
import { joinedValues, type NumericArray } from './typed-values.ts';

/** The values of one column of a batch. */
export interface ColumnVector {
  /** The column's name. */
  readonly name: string;
  /** The column's type. */
  readonly type: DataType;
  /** How many rows there are. */
  readonly length: number;
  /** The value of a row, null where it is null. The index is not checked: 0 to length - 1. */
  get(index: number): unknown;
  /** Whether the row is null; the index as for `get`. */
  isNull(index: number): boolean;
  /** The values of rows `from` to `to` (exclusive), all by default. */
  toArray(from?: number, to?: number): unknown[];
  /**
   * All values as they came, without an object for each: numbers as they are, long as bigint, date in days since 1970, timestamps in
   * microseconds since 1970 (in UTC; of the wall clock for timestamp_ntz), time in nanoseconds since midnight, intervals in microseconds or
   * months. Where a row is null, which `isNull` tells, the value says nothing. It may look into the batch: do not write to it.
   *
   * @throws SparkConnectError `unsupported` for all other types
   */
  toTypedArray(): NumericArray;
}

/** A column over one record batch. */
export class FlatVector implements ColumnVector, ColumnReader {
  readonly name: string;
  readonly type: DataType;
  readonly length: number;
  readonly get: Getter;
  readonly isNull: NullTest;
  readonly getValue: Getter;
  readonly toTypedArray: () => NumericArray;

  constructor(
    name: string,
    type: DataType,
    length: number,
    { get, isNull, getValue }: ColumnReader,
    toTypedArray: () => NumericArray,
  ) {
    this.name = name;
    this.type = type;
    this.length = length;
    this.get = get;
    this.isNull = isNull;
    this.getValue = getValue;
    this.toTypedArray = toTypedArray;
  }

  toArray(from = 0, to = this.length): unknown[] {
    const { get } = this;
    const values = new Array<unknown>(to - from);
    for (let i = from; i < to; i++) values[i - from] = get(i);
    return values;
  }
}

/** A column over several record batches of one message. */
export class ChunkedVector implements ColumnVector {
  readonly name: string;
  readonly type: DataType;
  readonly length: number;
  readonly #chunks: readonly ColumnVector[];

  constructor(name: string, type: DataType, chunks: readonly ColumnVector[]) {
    this.name = name;
    this.type = type;
    this.#chunks = chunks;
    this.length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get(index: number): unknown {
    const [chunk, offset] = this.#find(index);
    return chunk?.get(offset);
  }

  isNull(index: number): boolean {
    const [chunk, offset] = this.#find(index);
    return chunk === undefined || chunk.isNull(offset);
  }

  toArray(from = 0, to = this.length): unknown[] {
    return Array.from({ length: to - from }, (_, i) => this.get(from + i));
  }

  toTypedArray(): NumericArray {
    return joinedValues(
      this.name,
      this.type,
      this.#chunks.map((chunk) => chunk.toTypedArray()),
    );
  }

  #find(index: number): [ColumnVector | undefined, number] {
    let offset = index;
    for (const chunk of this.#chunks) {
      if (offset < chunk.length) return [chunk, offset];
      offset -= chunk.length;
    }
    return [undefined, 0];
  }
}
