import { Buffer } from 'node:buffer';
import { type DataType as ArrowType, type Data, Utf8 } from 'apache-arrow';
import type { ColumnBuilder } from './column-builder.ts';
import { dataOf } from './fixed-builder.ts';
import { Validity } from './validity.ts';

/** What a text is expected to take; room for more is made when it is needed. */
const USUAL_BYTES = 12;
const MAX_BYTES = 2 ** 31 - 1;
/** Up to here a loop is quicker than a call into V8. */
const SHORT_LENGTH = 32;
/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const MAX_BYTES_OF_UNIT = 3;

/** A column of text, written as UTF-8 where it stays. */
export class TextBuilder implements ColumnBuilder {
  readonly arrowType: ArrowType = new Utf8();
  readonly #convert: (value: unknown) => string;
  readonly #validity = new Validity();
  #offsets: Int32Array;
  #bytes: Buffer;
  #end = 0;

  /** @param room texts that it holds before it grows */
  constructor(room: number, convert: (value: unknown) => string) {
    this.#convert = convert;
    this.#offsets = new Int32Array(room + 1);
    this.#bytes = Buffer.alloc(room * USUAL_BYTES);
  }

  append(value: unknown): void {
    const text = this.#convert(value);
    this.#makeRoom(text.length * MAX_BYTES_OF_UNIT);
    this.#end += this.#writeShort(text) || this.#bytes.write(text, this.#end);
    if (this.#end > MAX_BYTES) {
      throw new RangeError('a column of a batch holds 2 GiB at most: send fewer rows at once');
    }
    this.#validity.appendValid();
    this.#offsets[this.#validity.length] = this.#end;
  }

  appendNull(): void {
    this.#makeRoom(0);
    this.#validity.appendNull();
    this.#offsets[this.#validity.length] = this.#end;
  }

  get byteLength(): number {
    return this.#end + this.#validity.length * 4;
  }

  finish(): Data {
    return dataOf(this.arrowType, this.#validity, {
      data: new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#end),
      valueOffsets: this.#offsets.subarray(0, this.#validity.length + 1),
    });
  }

  reset(): void {
    this.#end = 0;
    this.#validity.reset();
  }

  /** @returns bytes written: all of a short ASCII text, else 0 */
  #writeShort(text: string): number {
    if (text.length > SHORT_LENGTH) return 0;
    const bytes = this.#bytes;
    for (let i = 0, at = this.#end; i < text.length; i++, at++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return 0;
      bytes[at] = unit;
    }
    return text.length;
  }

  #makeRoom(bytes: number): void {
    if (this.#validity.length + 1 >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    if (this.#end + bytes > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#end + bytes));
      this.#bytes.copy(grown, 0, 0, this.#end);
      this.#bytes = grown;
    }
  }
}
