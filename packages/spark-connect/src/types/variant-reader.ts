/**
 * Reads a variant's binary form.
 *
 *     metadata = header · size · offset{size + 1} · bytes          header: version (4 bits) · sorted (1) · – (1) · offset width − 1 (2)
 *     value    = header · …                                        header: basic type (2 bits) · rest (6)
 *       0  primitive: the rest is the type
 *       1  short text: the rest is its length
 *       2  object: count · id{count} · offset{count + 1} · values  rest: offset width − 1 (2) · id width − 1 (2) · large (1)
 *       3  array: count · offset{count + 1} · values               rest: offset width − 1 (2) · large (1)
 *
 * Numbers are little-endian; `count` has 4 bytes where large, 1 otherwise.
 *
 * https://github.com/apache/parquet-format/blob/master/VariantEncoding.md
 */
import { SparkConnectError } from '../errors.ts';
import { LocalDate, LocalDateTime, LocalTime, Timestamp } from './date-time.ts';
import { Decimal } from './decimal.ts';

/**
 * What a variant holds, in the forms that rows have too: a number where it fits 32 bits, a bigint for longer ones.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.VariantVal.html
 */
export type VariantValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | LocalDate
  | LocalDateTime
  | LocalTime
  | Timestamp
  | Uint8Array
  | readonly VariantValue[]
  | { readonly [key: string]: VariantValue };

/** @throws SparkConnectError `decode` for bytes that are no variant, or a kind of value not known here */
export function readVariant(value: Uint8Array, metadata: Uint8Array): VariantValue {
  try {
    return new VariantReader(value, metadata).read(0);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SparkConnectError('decode', `a variant is cut off: ${cause.message}`, { cause });
  }
}

class VariantReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #names: readonly string[];

  constructor(value: Uint8Array, metadata: Uint8Array) {
    this.#bytes = value;
    this.#view = viewOf(value);
    this.#names = readNames(metadata);
  }

  read(at: number): VariantValue {
    const header = this.#view.getUint8(at);
    const rest = header >> 2;
    switch (header & 0x03) {
      case 0:
        return this.#primitive(rest, at + 1);
      case 1:
        return this.#text(at + 1, rest);
      case 2:
        return this.#object(rest, at + 1);
      default:
        return this.#array(rest, at + 1);
    }
  }

  #object(rest: number, at: number): VariantValue {
    const offsetWidth = (rest & 0x03) + 1;
    const idWidth = ((rest >> 2) & 0x03) + 1;
    const { count, next } = this.#count((rest & 0x10) !== 0, at);
    const offsets = next + count * idWidth;
    const values = offsets + (count + 1) * offsetWidth;
    const entries = Array.from({ length: count }, (_, i) => {
      const id = unsigned(this.#view, next + i * idWidth, idWidth);
      const name = this.#names[id];
      if (name === undefined) throw new RangeError(`there is no name ${id}`);
      return [name, this.read(values + unsigned(this.#view, offsets + i * offsetWidth, offsetWidth))] as const;
    });
    return Object.fromEntries(entries);
  }

  #array(rest: number, at: number): VariantValue {
    const offsetWidth = (rest & 0x03) + 1;
    const { count, next } = this.#count((rest & 0x04) !== 0, at);
    const values = next + (count + 1) * offsetWidth;
    return Array.from({ length: count }, (_, i) =>
      this.read(values + unsigned(this.#view, next + i * offsetWidth, offsetWidth)),
    );
  }

  #count(isLarge: boolean, at: number): { count: number; next: number } {
    const width = isLarge ? 4 : 1;
    return { count: unsigned(this.#view, at, width), next: at + width };
  }

  #primitive(type: number, at: number): VariantValue {
    const view = this.#view;
    switch (type) {
      case 0:
        return null;
      case 1:
        return true;
      case 2:
        return false;
      case 3:
        return view.getInt8(at);
      case 4:
        return view.getInt16(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getBigInt64(at, true);
      case 7:
        return view.getFloat64(at, true);
      case 8:
        return new Decimal(BigInt(view.getInt32(at + 1, true)), view.getUint8(at));
      case 9:
        return new Decimal(view.getBigInt64(at + 1, true), view.getUint8(at));
      case 10: {
        const low = view.getBigUint64(at + 1, true);
        return new Decimal((view.getBigInt64(at + 9, true) << 64n) | low, view.getUint8(at));
      }
      case 11:
        return new LocalDate(view.getInt32(at, true));
      case 12:
        return new Timestamp(view.getBigInt64(at, true));
      case 13:
        return new LocalDateTime(view.getBigInt64(at, true));
      case 14:
        return view.getFloat32(at, true);
      case 15:
        return this.#slice(at + 4, unsigned(view, at, 4)).slice();
      case 16:
        return this.#text(at + 4, unsigned(view, at, 4));
      case 17:
        return new LocalTime(Number(view.getBigInt64(at, true)) * 1000);
      case 20:
        return uuid(this.#slice(at, 16));
      default:
        throw new SparkConnectError('decode', `a variant holds a value of a kind not known here (${type})`);
    }
  }

  #text(at: number, length: number): string {
    return decodeText(this.#slice(at, length));
  }

  #slice(at: number, length: number): Uint8Array {
    return slice(this.#bytes, at, length);
  }
}

function readNames(metadata: Uint8Array): string[] {
  const view = viewOf(metadata);
  const width = (view.getUint8(0) >> 6) + 1;
  const count = unsigned(view, 1, width);
  const offset = (i: number) => unsigned(view, 1 + width * (i + 1), width);
  const start = 1 + width * (count + 2);
  return Array.from({ length: count }, (_, i) =>
    decodeText(slice(metadata, start + offset(i), offset(i + 1) - offset(i))),
  );
}

function unsigned(view: DataView, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + view.getUint8(at + i);
  return value;
}

function slice(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (at + length > bytes.byteLength) throw new RangeError(`${length} bytes are due at ${at}`);
  return bytes.subarray(at, at + length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
