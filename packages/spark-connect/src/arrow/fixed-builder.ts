import { type DataType as ArrowType, type Data, makeData } from 'apache-arrow';
import type { ColumnBuilder } from './column-builder.ts';
import { Validity } from './validity.ts';

type Numbers = Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
type NumberArray = { readonly BYTES_PER_ELEMENT: number; new (length: number): Numbers };

/** A column of numbers, written where they stay. */
export class NumberBuilder implements ColumnBuilder {
  readonly arrowType: ArrowType;
  readonly #convert: (value: unknown) => number;
  readonly #validity = new Validity();
  readonly #array: NumberArray;
  #values: Numbers;

  /** @param room values that it holds before it grows */
  constructor(arrowType: ArrowType, array: NumberArray, room: number, convert: (value: unknown) => number) {
    this.arrowType = arrowType;
    this.#array = array;
    this.#convert = convert;
    this.#values = new array(room);
  }

  append(value: unknown): void {
    const number = this.#convert(value);
    this.#makeRoom();
    this.#values[this.#validity.length] = number;
    this.#validity.appendValid();
  }

  appendNull(): void {
    this.#makeRoom();
    this.#values[this.#validity.length] = 0;
    this.#validity.appendNull();
  }

  get byteLength(): number {
    return this.#validity.length * this.#array.BYTES_PER_ELEMENT;
  }

  reset(): void {
    this.#validity.reset();
  }

  finish(): Data {
    return dataOf(this.arrowType, this.#validity, { data: this.#values.subarray(0, this.#validity.length) });
  }

  #makeRoom(): void {
    if (this.#validity.length < this.#values.length) return;
    const grown = new this.#array(this.#values.length * 2);
    grown.set(this.#values);
    this.#values = grown;
  }
}

/** A column of 64-bit integers. A number that is exact is written as its two halves, without a bigint in between. */
export class LongBuilder implements ColumnBuilder {
  readonly arrowType: ArrowType;
  readonly #convert: (value: unknown) => bigint | number;
  readonly #validity = new Validity();
  #longs: BigInt64Array;
  #halves: Int32Array;

  /**
   * @param room values that it holds before it grows
   * @param convert numbers that it returns are safe integers
   */
  constructor(arrowType: ArrowType, room: number, convert: (value: unknown) => bigint | number) {
    this.arrowType = arrowType;
    this.#convert = convert;
    this.#longs = new BigInt64Array(room);
    this.#halves = new Int32Array(this.#longs.buffer);
  }

  append(value: unknown): void {
    const converted = this.#convert(value);
    this.#makeRoom();
    const index = this.#validity.length;
    if (typeof converted === 'bigint') {
      this.#longs[index] = converted;
    } else {
      // Storing takes the lowest 32 bits.
      this.#halves[index * 2] = converted;
      this.#halves[index * 2 + 1] = Math.floor(converted / 2 ** 32);
    }
    this.#validity.appendValid();
  }

  appendNull(): void {
    this.#makeRoom();
    this.#longs[this.#validity.length] = 0n;
    this.#validity.appendNull();
  }

  get byteLength(): number {
    return this.#validity.length * 8;
  }

  reset(): void {
    this.#validity.reset();
  }

  finish(): Data {
    return dataOf(this.arrowType, this.#validity, { data: this.#longs.subarray(0, this.#validity.length) });
  }

  #makeRoom(): void {
    if (this.#validity.length < this.#longs.length) return;
    const grown = new BigInt64Array(this.#longs.length * 2);
    grown.set(this.#longs);
    this.#longs = grown;
    this.#halves = new Int32Array(grown.buffer);
  }
}

/** makeData's overloads are one for each type; which one it is was settled with the type. */
export function dataOf(type: ArrowType, validity: Validity, buffers: object): Data {
  const props: object = { type, ...validity.finish(), ...buffers };
  return makeData(props as Parameters<typeof makeData>[0]);
}
