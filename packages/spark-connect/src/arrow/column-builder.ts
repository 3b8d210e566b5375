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
  Null,
  TimeNanosecond,
  TimestampMicrosecond,
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
import { dataOf, LongBuilder, NumberBuilder } from './fixed-builder.ts';
import { TextBuilder } from './text-builder.ts';
import { Validity } from './validity.ts';

/** Collects the values of one column, or of one inner column. */
export interface ColumnBuilder {
  /** What the column is in Arrow. */
  readonly arrowType: ArrowType;
  /** @throws UnfitValue where the value does not fit */
  append(value: unknown): void;
  appendNull(): void;
  /** About what the values take up so far, in bytes. */
  readonly byteLength: number;
  /** What was collected. It may look into this builder's memory: it is of no use after {@link reset}. */
  finish(): Data;
  /** Begins anew, in the same memory. */
  reset(): void;
}

/** A column whose values are converted one by one and laid out together at the end. */
class AtomBuilder<V> implements ColumnBuilder {
  readonly arrowType: ArrowType;
  readonly #convert: (value: unknown) => V;
  readonly #empty: V;
  readonly #layOut: (values: V[]) => { data: unknown; valueOffsets?: Int32Array };
  readonly #sizeOf: (value: V) => number;
  readonly #values: V[] = [];
  readonly #validity = new Validity();
  byteLength = 0;

  /** @param sizeOf bytes that a value takes up: 16 at most where its type says how many */
  constructor(
    arrowType: ArrowType,
    convert: (value: unknown) => V,
    empty: V,
    layOut: (values: V[]) => { data: unknown; valueOffsets?: Int32Array },
    sizeOf: (value: V) => number = () => 16,
  ) {
    this.arrowType = arrowType;
    this.#convert = convert;
    this.#empty = empty;
    this.#layOut = layOut;
    this.#sizeOf = sizeOf;
  }

  append(value: unknown): void {
    const converted = this.#convert(value);
    this.#values.push(converted);
    this.byteLength += this.#sizeOf(converted);
    this.#validity.appendValid();
  }

  appendNull(): void {
    this.#values.push(this.#empty);
    this.byteLength += this.#sizeOf(this.#empty);
    this.#validity.appendNull();
  }

  finish(): Data {
    return dataOf(this.arrowType, this.#validity, this.#layOut(this.#values));
  }

  reset(): void {
    this.#values.length = 0;
    this.byteLength = 0;
    this.#validity.reset();
  }
}

/**
 * A builder for a type without inner types; undefined for the others.
 *
 * @param room values that it should hold before it grows, at least 1
 */
export function atomBuilder(type: DataType, room: number): ColumnBuilder | undefined {
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
      return new NumberBuilder(new Int8(), Int8Array, room, (v) => toInteger(v, type, 8));
    case 'short':
      return new NumberBuilder(new Int16(), Int16Array, room, (v) => toInteger(v, type, 16));
    case 'integer':
      return new NumberBuilder(new Int32(), Int32Array, room, (v) => toInteger(v, type, 32));
    case 'long':
      return new LongBuilder(new Int64(), room, (v) => toLong(v, type));
    case 'float':
      return new NumberBuilder(new Float32(), Float32Array, room, (v) => toFloat(v, type));
    case 'double':
      return new NumberBuilder(new Float64(), Float64Array, room, (v) => toDouble(v, type));
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
      return new TextBuilder(room, (value) => toText(value, type));
    case 'binary':
      return new AtomBuilder(
        new Binary(),
        (value) => toBytes(value, type),
        new Uint8Array(0),
        layOutBytes,
        (value) => value.length + 4,
      );
    case 'date':
      return new NumberBuilder(new DateDay(), Int32Array, room, (v) => toEpochDays(v, type));
    case 'timestamp':
      return new LongBuilder(new TimestampMicrosecond('UTC'), room, (v) => toEpochMicros(v, type));
    case 'timestampNtz':
      return new LongBuilder(new TimestampMicrosecond(), room, (v) => toLocalMicros(v, type));
    case 'time': {
      const { precision } = type;
      return new LongBuilder(new TimeNanosecond(), room, (v) => toNanoOfDay(v, type, precision));
    }
    case 'dayTimeInterval':
      return new LongBuilder(new DurationMicrosecond(), room, (v) => toIntervalMicros(v, type));
    case 'yearMonthInterval':
      return new NumberBuilder(new IntervalYearMonth(), Int32Array, room, (v) => toMonths(v, type));
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
  const data = new Uint8Array((values.length + 7) >> 3);
  for (const [index, value] of values.entries()) {
    if (value) data[index >> 3] = (data[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return { data };
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
