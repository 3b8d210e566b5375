import { Buffer } from 'node:buffer';
import {
  Decimal as ArrowDecimal,
  type DataType as ArrowType,
  Binary,
  Bool,
  type Data,
  DateDay,
  DurationMicrosecond,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  IntervalMonthDayNano,
  IntervalYearMonth,
  makeData,
  Null,
  TimeNanosecond,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import type { CalendarInterval, DataType } from '../types/index.ts';
import {
  toBoolean,
  toBytes,
  toCalendarInterval,
  toDouble,
  toEpochDays,
  toEpochMicros,
  toFloat,
  toInteger,
  toIntervalMicros,
  toLocalMicros,
  toLong,
  toMonths,
  toNanoOfDay,
  toText,
  toUnscaled,
} from './convert-value.ts';

/** Collects the values of one column, or of one inner column. */
export interface ColumnBuilder {
  /** What the column is in Arrow. */
  readonly arrowType: ArrowType;
  /** @throws UnfitValue where the value does not fit */
  append(value: unknown): void;
  appendNull(): void;
  finish(): Data;
}

/** Validity bits of a column, least significant first. */
export class Validity {
  #bits = new Uint8Array(64);
  length = 0;
  nullCount = 0;

  append(isValid: boolean): void {
    const byte = this.length >> 3;
    if (byte === this.#bits.length) {
      const grown = new Uint8Array(byte * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    if (isValid) this.#bits[byte] = (this.#bits[byte] ?? 0) | (1 << (this.length & 7));
    else this.nullCount++;
    this.length++;
  }

  finish(): { length: number; nullCount: number; nullBitmap: Uint8Array } {
    return {
      length: this.length,
      nullCount: this.nullCount,
      nullBitmap: this.nullCount === 0 ? new Uint8Array(0) : this.#bits.slice(0, (this.length + 7) >> 3),
    };
  }
}

/** A column whose values are converted one by one and laid out together at the end. */
class AtomBuilder<V> implements ColumnBuilder {
  readonly arrowType: ArrowType;
  readonly #convert: (value: unknown) => V;
  readonly #empty: V;
  readonly #layOut: (values: V[]) => { data: unknown; valueOffsets?: Int32Array };
  readonly #values: V[] = [];
  readonly #validity = new Validity();

  constructor(
    arrowType: ArrowType,
    convert: (value: unknown) => V,
    empty: V,
    layOut: (values: V[]) => { data: unknown; valueOffsets?: Int32Array },
  ) {
    this.arrowType = arrowType;
    this.#convert = convert;
    this.#empty = empty;
    this.#layOut = layOut;
  }

  append(value: unknown): void {
    this.#values.push(this.#convert(value));
    this.#validity.append(true);
  }

  appendNull(): void {
    this.#values.push(this.#empty);
    this.#validity.append(false);
  }

  finish(): Data {
    // makeData's overloads are one for each type; which one it is was settled with arrowType.
    const props: object = { type: this.arrowType, ...this.#validity.finish(), ...this.#layOut(this.#values) };
    return makeData(props as Parameters<typeof makeData>[0]);
  }
}

const int32s = (values: number[]) => ({ data: Int32Array.from(values) });
const int64s = (values: bigint[]) => ({ data: BigInt64Array.from(values) });

/** A builder for a type without inner types; undefined for the others. */
export function atomBuilder(type: DataType): ColumnBuilder | undefined {
  switch (type.kind) {
    case 'null':
      return new AtomBuilder(
        new Null(),
        () => null,
        null,
        () => ({ data: undefined }),
      );
    case 'boolean':
      return new AtomBuilder(new Bool(), (value) => toBoolean(value, type), false, packBits);
    case 'byte':
      return new AtomBuilder(
        new Int8(),
        (v) => toInteger(v, type, 8),
        0,
        (vs) => ({ data: Int8Array.from(vs) }),
      );
    case 'short':
      return new AtomBuilder(
        new Int16(),
        (v) => toInteger(v, type, 16),
        0,
        (vs) => ({ data: Int16Array.from(vs) }),
      );
    case 'integer':
      return new AtomBuilder(new Int32(), (v) => toInteger(v, type, 32), 0, int32s);
    case 'long':
      return new AtomBuilder(new Int64(), (v) => toLong(v, type), 0n, int64s);
    case 'float':
      return new AtomBuilder(
        new Float32(),
        (v) => toFloat(v, type),
        0,
        (vs) => ({ data: Float32Array.from(vs) }),
      );
    case 'double':
      return new AtomBuilder(
        new Float64(),
        (v) => toDouble(v, type),
        0,
        (vs) => ({ data: Float64Array.from(vs) }),
      );
    case 'decimal': {
      const { precision, scale } = type;
      return new AtomBuilder(
        new ArrowDecimal(scale, precision, 128),
        (value) => toUnscaled(value, type, precision, scale),
        0n,
        layOutDecimals,
      );
    }
    case 'string':
    case 'char':
    case 'varchar':
      return new AtomBuilder(new Utf8(), (value) => Buffer.from(toText(value, type)), Buffer.alloc(0), layOutBytes);
    case 'binary':
      return new AtomBuilder(new Binary(), (value) => toBytes(value, type), new Uint8Array(0), layOutBytes);
    case 'date':
      return new AtomBuilder(new DateDay(), (v) => toEpochDays(v, type), 0, int32s);
    case 'timestamp':
      return new AtomBuilder(new TimestampMicrosecond('UTC'), (v) => toEpochMicros(v, type), 0n, int64s);
    case 'timestampNtz':
      return new AtomBuilder(new TimestampMicrosecond(), (v) => toLocalMicros(v, type), 0n, int64s);
    case 'time':
      return new AtomBuilder(new TimeNanosecond(), (v) => toNanoOfDay(v, type), 0n, int64s);
    case 'dayTimeInterval':
      return new AtomBuilder(new DurationMicrosecond(), (v) => toIntervalMicros(v, type), 0n, int64s);
    case 'yearMonthInterval':
      return new AtomBuilder(new IntervalYearMonth(), (v) => toMonths(v, type), 0, int32s);
    case 'calendarInterval':
      return new AtomBuilder(
        new IntervalMonthDayNano(),
        (v) => toCalendarInterval(v, type),
        undefined,
        layOutIntervals,
      );
    default:
      return undefined;
  }
}

function packBits(values: boolean[]): { data: Uint8Array } {
  const bits = new Validity();
  for (const value of values) bits.append(value);
  const { nullBitmap, nullCount, length } = bits.finish();
  // No zero bit among them: the bitmap was left out.
  return { data: nullCount === 0 ? new Uint8Array((length + 7) >> 3).fill(255) : nullBitmap };
}

/** 128 bits, two's complement, little end first. */
function layOutDecimals(values: bigint[]): { data: Uint32Array } {
  const words = new BigInt64Array(values.length * 2);
  for (const [index, value] of values.entries()) {
    words[index * 2] = BigInt.asIntN(64, value);
    words[index * 2 + 1] = value >> 64n;
  }
  return { data: new Uint32Array(words.buffer) };
}

function layOutBytes(values: Uint8Array[]): { data: Uint8Array; valueOffsets: Int32Array } {
  const valueOffsets = new Int32Array(values.length + 1);
  let end = 0;
  for (const [index, value] of values.entries()) {
    end += value.length;
    if (end > 2 ** 31 - 1) throw new RangeError('a column of a batch holds 2 GiB at most: send fewer rows at once');
    valueOffsets[index + 1] = end;
  }
  const data = new Uint8Array(end);
  for (const [index, value] of values.entries()) data.set(value, valueOffsets[index]);
  return { data, valueOffsets };
}

/** 16 bytes: int32 months, int32 days, int64 nanoseconds. */
function layOutIntervals(values: Array<CalendarInterval | undefined>): { data: Int32Array } {
  const words = new Int32Array(values.length * 4);
  const nanos = new BigInt64Array(words.buffer);
  for (const [index, value] of values.entries()) {
    words[index * 4] = value?.months ?? 0;
    words[index * 4 + 1] = value?.days ?? 0;
    nanos[index * 2 + 1] = (value?.microseconds ?? 0n) * 1000n;
  }
  return { data: words };
}
