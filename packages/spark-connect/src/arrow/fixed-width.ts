import { DataType as ArrowType, type Data, DateUnit, IntervalUnit, TimeUnit, Type } from 'apache-arrow';
import {
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  LocalDate,
  LocalDateTime,
  LocalTime,
  Timestamp,
  YearMonthInterval,
} from '../types/index.ts';
import { isBitSet, valuesOf, viewOf } from './buffers.ts';
import { type Bind, type Decoder, decoder, isOneOf } from './decoder.ts';

// Values of one width, one after the other: https://arrow.apache.org/docs/format/Columnar.html#fixed-size-primitive-layout

interface Fixed {
  readonly accepts: (data: Data) => boolean;
  readonly bind: Bind;
}

const FIXED: Readonly<Record<string, Fixed>> = {
  null: { accepts: isOneOf(Type.Null), bind: () => () => null },
  boolean: { accepts: isOneOf(Type.Bool), bind: bindBoolean },
  byte: { accepts: isInt(8), bind: (data) => numbers(valuesOf(Int8Array, data)) },
  short: { accepts: isInt(16), bind: (data) => numbers(valuesOf(Int16Array, data)) },
  integer: { accepts: isInt(32), bind: (data) => numbers(valuesOf(Int32Array, data)) },
  long: { accepts: isInt(64), bind: (data) => bigints(data, (value) => value) },
  float: {
    accepts: ({ type, values }) => ArrowType.isFloat(type) && values instanceof Float32Array,
    bind: (data) => numbers(valuesOf(Float32Array, data)),
  },
  double: {
    accepts: ({ type, values }) => ArrowType.isFloat(type) && values instanceof Float64Array,
    bind: (data) => numbers(valuesOf(Float64Array, data)),
  },
  date: {
    accepts: ({ type }) => ArrowType.isDate(type) && type.unit === DateUnit.DAY,
    bind: (data) => {
      const days = valuesOf(Int32Array, data);
      return (index) => new LocalDate(days[index] ?? 0);
    },
  },
  timestamp: {
    accepts: ({ type }) => ArrowType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND && Boolean(type.timezone),
    bind: (data) => longs(data, (micros) => new Timestamp(micros)),
  },
  timestampNtz: {
    accepts: ({ type }) => ArrowType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND && !type.timezone,
    bind: (data) => longs(data, (micros) => new LocalDateTime(micros)),
  },
  time: {
    accepts: ({ type }) => ArrowType.isTime(type) && type.unit === TimeUnit.NANOSECOND,
    bind: (data) => bigints(data, (nanos) => new LocalTime(Number(nanos))),
  },
  dayTimeInterval: {
    accepts: ({ type }) => ArrowType.isDuration(type) && type.unit === TimeUnit.MICROSECOND,
    bind: (data) => bigints(data, (micros) => new DayTimeInterval(micros)),
  },
  yearMonthInterval: {
    accepts: ({ type }) => ArrowType.isInterval(type) && type.unit === IntervalUnit.YEAR_MONTH,
    bind: (data) => {
      const months = valuesOf(Int32Array, data);
      return (index) => new YearMonthInterval(months[index] ?? 0);
    },
  },
  calendarInterval: {
    accepts: ({ type }) => ArrowType.isInterval(type) && type.unit === IntervalUnit.MONTH_DAY_NANO,
    bind: bindCalendarInterval,
  },
};

/** A decoder for a type whose values all have one width; undefined for other types. */
export function fixedWidthDecoder(path: string, type: DataType): Decoder | undefined {
  if (type.kind === 'decimal') {
    const { scale, precision } = type;
    const accepts = ({ type: arrow }: Data) =>
      ArrowType.isDecimal(arrow) && arrow.bitWidth === 128 && arrow.scale === scale && arrow.precision === precision;
    return decoder(path, type, accepts, (data) => (scale < 0 ? bindTens(data, -scale) : bindDecimal(data, scale)));
  }
  const fixed = FIXED[type.kind];
  return fixed && decoder(path, type, fixed.accepts, fixed.bind);
}

function isInt(bitWidth: number): (data: Data) => boolean {
  return ({ type }) => ArrowType.isInt(type) && type.bitWidth === bitWidth && type.isSigned;
}

function numbers(values: ArrayLike<number>): (index: number) => unknown {
  return (index) => values[index];
}

function bigints<V>(data: Data, make: (value: bigint) => V): (index: number) => V {
  const values = valuesOf(BigInt64Array, data);
  return (index) => make(values[index] ?? 0n);
}

/** As {@link bigints}, with a number where it is exact: that spares a bigint for each value. */
function longs<V>(data: Data, make: (value: bigint | number) => V): (index: number) => V {
  const values = valuesOf(BigInt64Array, data);
  const halves = valuesOf(Int32Array, data, 2);
  return (index) => {
    const number = (halves[index * 2 + 1] ?? 0) * 2 ** 32 + ((halves[index * 2] ?? 0) >>> 0);
    return make(Number.isSafeInteger(number) ? number : (values[index] ?? 0n));
  };
}

function bindBoolean(data: Data): (index: number) => boolean {
  const { offset, length } = data;
  const bits = viewOf(Uint8Array, data.values, (offset + length + 7) >> 3);
  return (index) => isBitSet(bits, offset + index);
}

/** 128 bits, two's complement, little end first. */
function bindDecimal(data: Data, scale: number): (index: number) => Decimal {
  const low = valuesOf(BigUint64Array, data, 2);
  const high = valuesOf(BigInt64Array, data, 2);
  return (index) => {
    const lowBits = low[index * 2] ?? 0n;
    const highBits = high[index * 2 + 1] ?? 0n;
    // Most numbers fit 64 bits: spares the wide arithmetic.
    if (highBits === 0n) return new Decimal(lowBits, scale);
    return new Decimal((highBits << 64n) | lowBits, scale);
  };
}

/** A scale below 0: as many zeros behind the digits. */
function bindTens(data: Data, zeros: number): (index: number) => Decimal {
  const digits = bindDecimal(data, 0);
  const factor = 10n ** BigInt(zeros);
  return (index) => new Decimal(digits(index).unscaled * factor);
}

/** 16 bytes: int32 months, int32 days, int64 nanoseconds. */
function bindCalendarInterval(data: Data): (index: number) => CalendarInterval {
  const words = valuesOf(Int32Array, data, 4);
  const nanos = valuesOf(BigInt64Array, data, 2);
  return (index) =>
    new CalendarInterval(words[index * 4] ?? 0, words[index * 4 + 1] ?? 0, (nanos[index * 2 + 1] ?? 0n) / 1000n);
}
