import { SparkConnectError } from '../errors.ts';
import {
  formatDate,
  formatDateTime,
  formatTime,
  fromEpochDay,
  parseDate,
  parseDateTime,
  parseTime,
  toEpochDay,
} from './calendar.ts';
import { isInt32 } from './ranges.ts';
import { showAsText } from './shown.ts';

const MILLIS_PER_DAY = 86_400_000;
const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_DAY = 86_400_000_000_000;
const MAX_OFFSET_MINUTES = 18 * 60;

/**
 * A calendar day without a time zone: Spark's DATE, at any year.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class LocalDate {
  /** Days since 1970-01-01. */
  readonly epochDay: number;

  /**
   * @param epochDay days since 1970-01-01
   * @throws SparkConnectError `invalid-argument` where it is no whole number of 32 bits: some 5.8 million years each way
   */
  constructor(epochDay: number) {
    if (!isInt32(epochDay)) {
      throw new SparkConnectError('invalid-argument', `${epochDay} is no day: a whole number of 32 bits is needed`);
    }
    this.epochDay = epochDay;
  }

  /**
   * @param month 1 to 12
   * @throws SparkConnectError `invalid-argument` for a day that does not exist, or that Spark's 32 bits do not reach
   */
  static of(year: number, month: number, day: number): LocalDate {
    const epochDay = toEpochDay(year, month, day);
    const found = fromEpochDay(epochDay);
    if (found.year === year && found.month === month && found.day === day) return new LocalDate(epochDay);
    throw new SparkConnectError('invalid-argument', `there is no day ${year}-${month}-${day}`);
  }

  /**
   * Reads `2026-02-03`; years have 4 to 7 digits and may have a sign.
   *
   * @throws SparkConnectError `invalid-argument` where the text is not a `YYYY-MM-DD` that exists
   */
  static parse(text: string): LocalDate {
    return new LocalDate(parsed(parseDate(text), text, 'a date as YYYY-MM-DD'));
  }

  /** The year. */
  get year(): number {
    return fromEpochDay(this.epochDay).year;
  }

  /** The month, from 1. */
  get month(): number {
    return fromEpochDay(this.epochDay).month;
  }

  /** The day of the month, from 1. */
  get day(): number {
    return fromEpochDay(this.epochDay).day;
  }

  /** Midnight of this day in UTC. */
  toDate(): Date {
    return new Date(this.epochDay * MILLIS_PER_DAY);
  }

  /** Whether both are the same. */
  equals(other: LocalDate): boolean {
    return this.epochDay === other.epochDay;
  }

  /** For `<` and `>`. */
  valueOf(): number {
    return this.epochDay;
  }

  /** ISO 8601, as Spark prints it up to the year 9999: `2026-02-03`, beyond that `+10000-01-01`. */
  toString(): string {
    return formatDate(this.epochDay);
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(LocalDate, 'LocalDate');

/**
 * A moment, to the microsecond: Spark's TIMESTAMP.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class Timestamp {
  /** Whole seconds since 1970-01-01T00:00:00Z, rounded down. */
  readonly epochSeconds: number;
  /** Microseconds after that, from 0 to 999,999. */
  readonly microsOfSecond: number;

  /**
   * @param epochMicros microseconds since 1970-01-01T00:00:00Z
   * @throws SparkConnectError `invalid-argument` for a number that is no safe integer, and beyond some 285 million years
   */
  constructor(epochMicros: bigint | number) {
    const seconds = secondsOf(epochMicros);
    this.epochSeconds = seconds;
    this.microsOfSecond = microsAfter(epochMicros, seconds);
  }

  /** Microseconds since 1970-01-01T00:00:00Z. */
  get epochMicros(): bigint {
    return BigInt(exactMicros(this.epochSeconds, this.microsOfSecond));
  }

  /** @throws SparkConnectError `invalid-argument` for an invalid Date */
  static fromDate(date: Date): Timestamp {
    const millis = date.getTime();
    if (Number.isNaN(millis)) throw new SparkConnectError('invalid-argument', 'an invalid Date is no timestamp');
    // A Date's range in microseconds is beyond what a number holds exactly.
    return new Timestamp(BigInt(millis) * 1000n);
  }

  /**
   * Reads `2026-02-03T04:05:06.000007Z` or with an offset like `+01:00`, of 18 hours at most.
   *
   * @throws SparkConnectError `invalid-argument` also where the zone is missing or digits are finer than microseconds
   */
  static parse(text: string): Timestamp {
    const what = 'a timestamp as YYYY-MM-DDThh:mm:ss[.ffffff] with Z or an offset like +01:00';
    const match = /^(\S+?[T ]\S+?)(?:Z|([+-])(\d{2}):?(\d{2}))$/.exec(text);
    const [hours, minutes] = [Number(match?.[3] ?? 0), Number(match?.[4] ?? 0)];
    const offsetMinutes = hours * 60 + minutes;
    const isTaken = match && minutes < 60 && offsetMinutes <= MAX_OFFSET_MINUTES;
    const micros = parsed(isTaken ? parseDateTime(match[1] ?? '') : undefined, text, what);
    const offsetMicros = BigInt(offsetMinutes) * 60_000_000n;
    return new Timestamp(match?.[2] === '-' ? micros + offsetMicros : micros - offsetMicros);
  }

  /** Milliseconds since 1970, rounded down: what a Date can hold. */
  get epochMillis(): number {
    return this.epochSeconds * 1000 + Math.floor(this.microsOfSecond / 1000);
  }

  /** Drops the microseconds. */
  toDate(): Date {
    return new Date(this.epochMillis);
  }

  /** Whether both are the same. */
  equals(other: Timestamp): boolean {
    return this.epochSeconds === other.epochSeconds && this.microsOfSecond === other.microsOfSecond;
  }

  /** For `<` and `>`. */
  valueOf(): bigint {
    return this.epochMicros;
  }

  /** ISO 8601 in UTC: `2026-02-03T04:05:06.000007Z`. */
  toString(): string {
    return `${formatDateTime(this.epochMicros)}Z`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(Timestamp, 'Timestamp');

/**
 * A date with a time of day and no zone, to the microsecond: Spark's TIMESTAMP_NTZ.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class LocalDateTime {
  /** Whole seconds since 1970-01-01T00:00:00 on the same wall clock, rounded down. */
  readonly localSeconds: number;
  /** Microseconds after that, from 0 to 999,999. */
  readonly microsOfSecond: number;

  /**
   * @param localMicros microseconds since 1970-01-01T00:00:00 on the same wall clock
   * @throws SparkConnectError `invalid-argument` for a number that is no safe integer, and beyond some 285 million years
   */
  constructor(localMicros: bigint | number) {
    const seconds = secondsOf(localMicros);
    this.localSeconds = seconds;
    this.microsOfSecond = microsAfter(localMicros, seconds);
  }

  /** Microseconds since 1970-01-01T00:00:00 on the same wall clock. */
  get localMicros(): bigint {
    return BigInt(exactMicros(this.localSeconds, this.microsOfSecond));
  }

  /** @throws SparkConnectError `invalid-argument` also where the text has a zone or is finer than microseconds */
  static parse(text: string): LocalDateTime {
    return new LocalDateTime(
      parsed(parseDateTime(text), text, 'a time stamp without a zone as YYYY-MM-DDThh:mm:ss[.ffffff]'),
    );
  }

  /** Whether both are the same. */
  equals(other: LocalDateTime): boolean {
    return this.localSeconds === other.localSeconds && this.microsOfSecond === other.microsOfSecond;
  }

  /** For `<` and `>`. */
  valueOf(): bigint {
    return this.localMicros;
  }

  /** ISO 8601: `2026-02-03T04:05:06.007`, the fraction without zeros at its end (Spark prints a space for the T). */
  toString(): string {
    return formatDateTime(this.localMicros);
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(LocalDateTime, 'LocalDateTime');

/**
 * A time of day without a date: Spark's TIME.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class LocalTime {
  /** Nanoseconds since midnight. */
  readonly nanoOfDay: number;

  /**
   * @param nanoOfDay nanoseconds since midnight
   * @throws SparkConnectError `invalid-argument` where it is no whole number from 0 to 86,399,999,999,999
   */
  constructor(nanoOfDay: number) {
    if (!(Number.isInteger(nanoOfDay) && nanoOfDay >= 0 && nanoOfDay < NANOS_PER_DAY)) {
      const range = `a whole number from 0 to ${NANOS_PER_DAY - 1} is needed`;
      throw new SparkConnectError('invalid-argument', `${nanoOfDay} is no nanosecond of a day: ${range}`);
    }
    this.nanoOfDay = nanoOfDay;
  }

  /** @throws SparkConnectError `invalid-argument` where the text is not `hh:mm[:ss[.fffffffff]]` */
  static parse(text: string): LocalTime {
    return new LocalTime(parsed(parseTime(text), text, 'a time of day as hh:mm:ss[.ffffff]'));
  }

  /** Whether both are the same. */
  equals(other: LocalTime): boolean {
    return this.nanoOfDay === other.nanoOfDay;
  }

  /** For `<` and `>`. */
  valueOf(): number {
    return this.nanoOfDay;
  }

  /** ISO 8601, as Spark prints it: `04:05:06.007`, the fraction without zeros at its end. */
  toString(): string {
    return formatTime(this.nanoOfDay);
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(LocalTime, 'LocalTime');

// Two small integers are kept in place of a bigint, which would be an object of its own for each value: a result of a million
// rows is made and collected sooner without them.

function secondsOf(micros: bigint | number): number {
  if (typeof micros === 'number') {
    if (Number.isSafeInteger(micros)) return floorSeconds(micros);
    throw new SparkConnectError('invalid-argument', `${micros} is no safe integer: give microseconds as a bigint`);
  }
  const truncated = Number(micros / BigInt(MICROS_PER_SECOND));
  const seconds = micros % BigInt(MICROS_PER_SECOND) < 0n ? truncated - 1 : truncated;
  if (Number.isSafeInteger(seconds)) return seconds;
  throw new SparkConnectError('invalid-argument', `${micros} microseconds are beyond what a moment can be`);
}

function floorSeconds(micros: number): number {
  // The quotient of a large number may have been rounded up to the next second. Adding 0 makes -0 a 0.
  const seconds = Math.floor(micros / MICROS_PER_SECOND) + 0;
  return micros < seconds * MICROS_PER_SECOND ? seconds - 1 : seconds;
}

function microsAfter(micros: bigint | number, seconds: number): number {
  if (typeof micros === 'number') return micros - seconds * MICROS_PER_SECOND;
  return Number(micros - BigInt(seconds) * BigInt(MICROS_PER_SECOND));
}

/** Microseconds in all: a bigint only where a number would not be exact. */
export function exactMicros(seconds: number, microsOfSecond: number): bigint | number {
  const micros = seconds * MICROS_PER_SECOND + microsOfSecond;
  if (Number.isSafeInteger(micros)) return micros;
  return BigInt(seconds) * BigInt(MICROS_PER_SECOND) + BigInt(microsOfSecond);
}

function parsed<V>(value: V | undefined, text: string, what: string): V {
  if (value !== undefined) return value;
  throw new SparkConnectError('invalid-argument', `${JSON.stringify(text)} is not ${what}`);
}
