import {
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  exactMicros,
  isInt64,
  isWellFormed,
  LocalDate,
  LocalDateTime,
  LocalTime,
  shorten,
  shown,
  simpleString,
  Timestamp,
  YearMonthInterval,
} from '../types/index.ts';

/** A value that does not fit its column; the caller adds which row and column. */
export class UnfitValue extends Error {}

/** @throws UnfitValue where the value is no whole number in range */
export function toInteger(value: unknown, type: DataType, bits: 8 | 16 | 32): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw unfit(value, type, 'a whole number');
  const limit = 2 ** (bits - 1);
  if (number < -limit || number >= limit) throw unfit(value, type, `a number from ${-limit} to ${limit - 1}`);
  return number;
}

/** @throws UnfitValue also for a number beyond 2^53: it may not be the one that was meant */
export function toLong(value: unknown, type: DataType): bigint | number {
  if (typeof value === 'bigint') {
    if (!isInt64(value)) throw unfit(value, type, 'a number of 64 bits');
    return value;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) throw unfit(value, type, 'a whole number');
  if (!Number.isSafeInteger(value)) throw unfit(value, type, 'a bigint, since a number is not exact beyond 2^53');
  return value;
}

export function toDouble(value: unknown, type: DataType): number {
  if (typeof value !== 'number') throw unfit(value, type, 'a number');
  return value;
}

/** Rounds to the nearest float, as any assignment to a FLOAT does. */
export function toFloat(value: unknown, type: DataType): number {
  const number = toDouble(value, type);
  const rounded = Math.fround(number);
  if (Number.isFinite(number) && !Number.isFinite(rounded)) throw unfit(value, type, "a number in a float's range");
  return rounded;
}

export function toBoolean(value: unknown, type: DataType): boolean {
  if (typeof value !== 'boolean') throw unfit(value, type, 'true or false');
  return value;
}

export function toText(value: unknown, type: DataType): string {
  if (typeof value !== 'string') throw unfit(value, type, 'a string');
  if (!isWellFormed(value)) throw unfit(value, type, 'a string without half characters (lone surrogates)');
  if (
    (type.kind === 'char' || type.kind === 'varchar') &&
    value.length > type.length &&
    [...value].length > type.length
  ) {
    throw unfit(value, type, `at most ${type.length} characters`);
  }
  return value;
}

export function toBytes(value: unknown, type: DataType): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unfit(value, type, 'a Uint8Array');
  return value;
}

/** @returns the unscaled number at the column's scale */
export function toUnscaled(value: unknown, type: DataType, precision: number, scale: number): bigint {
  if (
    !(value instanceof Decimal || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
  ) {
    throw unfit(value, type, 'a Decimal, a string or a number');
  }
  const decimal =
    value instanceof Decimal ? value : attempt(() => Decimal.from(value), value, type, 'a decimal number');
  const rescaled = decimal.rescale(scale);
  if (!rescaled) throw unfit(value, type, `at most ${scale} digits behind the point`);
  const limit = 10n ** BigInt(precision);
  if (rescaled.unscaled <= -limit || rescaled.unscaled >= limit)
    throw unfit(value, type, `at most ${precision - scale} digits before the point`);
  return rescaled.unscaled;
}

/** @returns days since 1970-01-01 */
export function toEpochDays(value: unknown, type: DataType): number {
  const what = "a LocalDate or a text 'YYYY-MM-DD'";
  if (value instanceof LocalDate) return value.epochDay;
  if (typeof value === 'string') return attempt(() => LocalDate.parse(value), value, type, what).epochDay;
  throw unfit(value, type, `${what} (a Date is a moment: which day it is depends on a time zone)`);
}

/** @returns microseconds since 1970 in UTC */
export function toEpochMicros(value: unknown, type: DataType): bigint | number {
  if (value instanceof Timestamp) return inLong(exactMicros(value.epochSeconds, value.microsOfSecond), value, type);
  if (value instanceof Date) return attempt(() => Timestamp.fromDate(value), value, type, 'a valid Date').epochMicros;
  const what = 'a Timestamp, a Date or an ISO text with Z or an offset';
  if (typeof value === 'string') return attempt(() => Timestamp.parse(value), value, type, what).epochMicros;
  throw unfit(value, type, what);
}

/** @returns microseconds on the wall clock */
export function toLocalMicros(value: unknown, type: DataType): bigint | number {
  const what = 'a LocalDateTime or an ISO text without a zone';
  if (value instanceof LocalDateTime) return inLong(exactMicros(value.localSeconds, value.microsOfSecond), value, type);
  if (typeof value === 'string') return attempt(() => LocalDateTime.parse(value), value, type, what).localMicros;
  throw unfit(value, type, what);
}

/** @returns nanoseconds since midnight */
export function toNanoOfDay(value: unknown, type: DataType, precision: number): number {
  const what = "a LocalTime or a text 'hh:mm:ss'";
  const time = typeof value === 'string' ? attempt(() => LocalTime.parse(value), value, type, what) : value;
  if (!(time instanceof LocalTime)) throw unfit(value, type, what);
  if (time.nanoOfDay % 10 ** (9 - precision) === 0) return time.nanoOfDay;
  throw unfit(value, type, `at most ${precision} digits of a second`);
}

export function toIntervalMicros(value: unknown, type: DataType): bigint {
  if (!(value instanceof DayTimeInterval)) throw unfit(value, type, 'a DayTimeInterval');
  return inLong(value.microseconds, value, type);
}

export function toMonths(value: unknown, type: DataType): number {
  if (!(value instanceof YearMonthInterval)) throw unfit(value, type, 'a YearMonthInterval');
  return value.months;
}

export function toCalendarInterval(value: unknown, type: DataType): CalendarInterval {
  if (!(value instanceof CalendarInterval)) throw unfit(value, type, 'a CalendarInterval');
  // Arrow counts nanoseconds.
  if (!isInt64(value.microseconds * 1000n)) throw unfit(value, type, 'less than 292 years of microseconds');
  return value;
}

/** An error that shows the value, shortened, and says what the column takes. */
export function unfit(value: unknown, type: DataType, expected: string): UnfitValue {
  return new UnfitValue(`${show(value)} does not fit ${simpleString(type)}: expected ${expected}`);
}

const SHOWN_CHARACTERS = 40;

function show(value: unknown): string {
  if (typeof value === 'string') return shorten(JSON.stringify(value), SHOWN_CHARACTERS);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date';
  return shown(value, SHOWN_CHARACTERS) ?? `a value of ${value.constructor?.name ?? 'no class'}`;
}

function inLong<N extends bigint | number>(number: N, value: unknown, type: DataType): N {
  // A number that is exact has 54 bits.
  if (typeof number === 'bigint' && !isInt64(number)) throw unfit(value, type, 'a number of 64 bits');
  return number;
}

function attempt<V>(make: () => V, value: unknown, type: DataType, expected: string): V {
  try {
    return make();
  } catch {
    throw unfit(value, type, expected);
  }
}
