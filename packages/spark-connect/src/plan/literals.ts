/** Literal records: a plain value with the Spark type that it travels as. */
import { invalid, type SparkConnectError } from '../errors.ts';
import {
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  isInt64,
  isWellFormed,
  LocalDate,
  LocalDateTime,
  LocalTime,
  shorten,
  simpleString,
  types as T,
  Timestamp,
  YearMonthInterval,
} from '../types/index.ts';

/** What can be a literal. */
export type LiteralValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | Decimal
  | LocalDate
  | LocalDateTime
  | Timestamp
  | LocalTime
  | DayTimeInterval
  | YearMonthInterval
  | CalendarInterval
  | readonly LiteralValue[];

export type LiteralContent =
  | { readonly of: 'null'; readonly type: DataType }
  | { readonly of: 'boolean'; readonly value: boolean }
  | { readonly of: 'byte' | 'short' | 'integer' | 'float' | 'double'; readonly value: number }
  | { readonly of: 'long'; readonly value: bigint }
  | { readonly of: 'decimal'; readonly text: string; readonly precision: number; readonly scale: number }
  | { readonly of: 'string'; readonly value: string }
  | { readonly of: 'binary'; readonly value: Uint8Array }
  /** Days since 1970-01-01. */
  | { readonly of: 'date'; readonly value: number }
  /** Microseconds since 1970-01-01 00:00, in UTC or on the wall clock. */
  | { readonly of: 'timestamp' | 'timestampNtz'; readonly value: bigint }
  /** Nanoseconds since midnight; digits behind the second's point. */
  | { readonly of: 'time'; readonly value: bigint; readonly precision: number }
  /** Microseconds. */
  | { readonly of: 'dayTimeInterval'; readonly value: bigint }
  /** Months. */
  | { readonly of: 'yearMonthInterval'; readonly value: number }
  | { readonly of: 'calendarInterval'; readonly months: number; readonly days: number; readonly microseconds: bigint }
  /** Of elements that are not null: Spark 3.5 reads a null in it as 0 or the like. */
  | { readonly of: 'array'; readonly elementType: DataType; readonly elements: readonly LiteralNode[] };

export type LiteralNode = { readonly kind: 'literal'; readonly content: LiteralContent };

const integerRanges = {
  byte: [-(2 ** 7), 2 ** 7 - 1],
  short: [-(2 ** 15), 2 ** 15 - 1],
  integer: [-(2 ** 31), 2 ** 31 - 1],
} as const;
/** Microseconds of what the last field of a day-time interval counts: days, hours, minutes, and the second's parts. */
const MICROS_OF_LAST_FIELD = [86_400_000_000n, 3_600_000_000n, 60_000_000n, 1n];
const SHOWN_CHARACTERS = 40;

/**
 * A single value, no array: see literalExpression for these.
 *
 * @param type the Spark type; by default the one that fits the value. What the record cannot say of it, such as a
 * collation, {@link literalType} does not tell either
 * @throws SparkConnectError invalid-argument: no exact literal exists (an unsafe integer, an invalid Date, a wrong type)
 */
export function literalNode(value: LiteralValue, type?: DataType): LiteralNode {
  return literal(type === undefined ? contentOf(value) : contentAs(value, type));
}

/** An array of values that are all literals, and not null. */
export function arrayLiteralNode(elementType: DataType, elements: readonly LiteralNode[]): LiteralNode {
  return literal({ of: 'array', elementType, elements: Object.freeze([...elements]) });
}

/** The type that a literal has on the server, for casts around it. */
export function literalType(node: LiteralNode): DataType {
  const { content } = node;
  switch (content.of) {
    case 'null':
      return content.type;
    case 'decimal':
      return T.decimal(content.precision, content.scale);
    case 'array':
      return T.array(content.elementType);
    case 'time':
      return T.time(content.precision);
    default:
      return T[content.of]();
  }
}

function literal(content: LiteralContent): LiteralNode {
  return Object.freeze({ kind: 'literal', content: Object.freeze(content) });
}

function contentOf(value: LiteralValue): LiteralContent {
  switch (typeof value) {
    case 'boolean':
      return { of: 'boolean', value };
    case 'string':
      return text(value);
    case 'bigint':
      return long(value);
    case 'number':
      return numberContent(value);
    case 'object':
      return objectContent(value);
    default:
      throw invalid(
        value === undefined ? 'undefined is no value: null stands for none' : `a ${typeof value} is no literal`,
      );
  }
}

function numberContent(value: number): LiteralContent {
  // Negative zero has no integer: it stays a double so that it keeps its sign.
  if (!Number.isInteger(value) || Object.is(value, -0)) return { of: 'double', value };
  if (!Number.isSafeInteger(value)) {
    throw invalid(`${value} is beyond 2^53, where numbers lose digits: use a bigint, or lit(${value}, T.double())`);
  }
  const [min, max] = integerRanges.integer;
  return value >= min && value <= max ? { of: 'integer', value } : { of: 'long', value: BigInt(value) };
}

function long(value: bigint): LiteralContent {
  if (!isInt64(value)) throw invalid(`${value} does not fit 64 bits: use a Decimal`);
  return { of: 'long', value };
}

function text(value: string): LiteralContent {
  if (isWellFormed(value)) return { of: 'string', value };
  const shown = shorten(JSON.stringify(value), SHOWN_CHARACTERS);
  throw invalid(`${shown} has half characters (lone surrogates), which do not reach the server: remove them`);
}

/** @param value what the object counts in, that the message holds 64 bits of */
function micros(of: 'timestamp' | 'timestampNtz' | 'dayTimeInterval', value: bigint, object: object): LiteralContent {
  if (!isInt64(value)) throw invalid(`${object} does not fit ${simpleString(T[of]())}: its microseconds need 64 bits`);
  return { of, value };
}

function timeContent(value: LocalTime, precision: number): LiteralContent {
  if (value.nanoOfDay % 10 ** (9 - precision) !== 0) {
    throw invalid(`${value} does not fit time(${precision}): expected at most ${precision} digits of a second`);
  }
  return { of: 'time', value: BigInt(value.nanoOfDay), precision };
}

function objectContent(value: LiteralValue & (object | null)): LiteralContent {
  if (value === null) return { of: 'null', type: T.null() };
  if (value instanceof Date) {
    const millis = value.getTime();
    if (Number.isNaN(millis)) throw invalid('an invalid Date is no literal');
    return { of: 'timestamp', value: BigInt(millis) * 1000n };
  }
  // Copied: a record must not change when the caller's buffer does.
  if (value instanceof Uint8Array) return { of: 'binary', value: Uint8Array.from(value) };
  if (value instanceof Timestamp) return micros('timestamp', value.epochMicros, value);
  if (value instanceof LocalDateTime) return micros('timestampNtz', value.localMicros, value);
  if (value instanceof LocalDate) return { of: 'date', value: value.epochDay };
  if (value instanceof LocalTime) return timeContent(value, T.time().precision);
  if (value instanceof DayTimeInterval) return micros('dayTimeInterval', value.microseconds, value);
  if (value instanceof YearMonthInterval) return { of: 'yearMonthInterval', value: value.months };
  if (value instanceof CalendarInterval) {
    const { months, days, microseconds } = value;
    return { of: 'calendarInterval', months, days, microseconds };
  }
  if (value instanceof Decimal) return decimalContent(value);
  if (Array.isArray(value)) throw invalid('an array is no single value, which is what can be given here');
  throw invalid(
    `${Object.prototype.toString.call(value)} is no literal: structs are made by F.struct, maps by F.createMap`,
  );
}

function decimalContent(value: Decimal): LiteralContent {
  if (value.precision > 38) throw invalid(`${value} has more than 38 digits`);
  return { of: 'decimal', text: value.toString(), precision: value.precision, scale: value.scale };
}

function contentAs(value: LiteralValue, type: DataType): LiteralContent {
  if (value === null) return { of: 'null', type };
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'integer': {
      const [min, max] = integerRanges[type.kind];
      const number = typeof value === 'bigint' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number) || number < min || number > max) break;
      return { of: type.kind, value: number };
    }
    case 'long':
      if (typeof value === 'bigint') return long(value);
      if (typeof value === 'number' && Number.isSafeInteger(value)) return { of: 'long', value: BigInt(value) };
      break;
    case 'float':
      if (typeof value !== 'number' || (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))) break;
      return { of: 'float', value };
    case 'double':
      if (typeof value === 'number') return { of: 'double', value };
      break;
    case 'time':
      if (value instanceof LocalTime) return timeContent(value, type.precision);
      break;
    case 'dayTimeInterval':
      if (!(value instanceof DayTimeInterval)) break;
      if (value.microseconds % (MICROS_OF_LAST_FIELD[type.endField] ?? 1n) !== 0n) throw tooFine(value, type);
      return contentOf(value);
    case 'yearMonthInterval':
      if (!(value instanceof YearMonthInterval)) break;
      if (type.endField === 0 && value.months % 12 !== 0) throw tooFine(value, type);
      return contentOf(value);
    case 'decimal': {
      if (!(value instanceof Decimal) && typeof value !== 'number' && typeof value !== 'bigint') break;
      const decimal = (value instanceof Decimal ? value : Decimal.from(value)).rescale(type.scale);
      if (decimal === undefined || decimal.precision > type.precision) break;
      return { of: 'decimal', text: decimal.toString(), precision: type.precision, scale: type.scale };
    }
    default: {
      const content = contentOf(value);
      if (content.of === type.kind) return content;
    }
  }
  throw invalid(`${String(value)} is no ${type.kind}`);
}

function tooFine(value: DayTimeInterval | YearMonthInterval, type: DataType): SparkConnectError {
  return invalid(`${value} does not fit ${simpleString(type)}: that holds no part of its last field`);
}
