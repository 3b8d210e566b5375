/** Literal records: a plain value with the Spark type that it travels as. */
import { SparkConnectError } from '../errors.ts';
import {
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  LocalDate,
  LocalDateTime,
  LocalTime,
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
  /** Nanoseconds since midnight. */
  | { readonly of: 'time'; readonly value: bigint }
  /** Microseconds. */
  | { readonly of: 'dayTimeInterval'; readonly value: bigint }
  /** Months. */
  | { readonly of: 'yearMonthInterval'; readonly value: number }
  | { readonly of: 'calendarInterval'; readonly months: number; readonly days: number; readonly microseconds: bigint }
  | { readonly of: 'array'; readonly elementType: DataType; readonly elements: readonly LiteralNode[] };

export type LiteralNode = { readonly kind: 'literal'; readonly content: LiteralContent };

const integerRanges = {
  byte: [-(2 ** 7), 2 ** 7 - 1],
  short: [-(2 ** 15), 2 ** 15 - 1],
  integer: [-(2 ** 31), 2 ** 31 - 1],
} as const;
const longMin = -(2n ** 63n);
const longMax = 2n ** 63n - 1n;

/**
 * @param type the Spark type; by default the one that fits the value
 * @throws SparkConnectError invalid-argument: no exact literal exists (an unsafe integer, an invalid Date, a wrong type)
 */
export function literalNode(value: LiteralValue, type?: DataType): LiteralNode {
  return literal(type === undefined ? contentOf(value) : contentAs(value, type));
}

/** The type of a literal, for arrays and casts around it. */
export function literalType(node: LiteralNode): DataType {
  const { content } = node;
  switch (content.of) {
    case 'null':
      return content.type;
    case 'decimal':
      return T.decimal(content.precision, content.scale);
    case 'array':
      return T.array(content.elementType);
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
      return { of: 'string', value };
    case 'bigint':
      return long(value);
    case 'number':
      return numberContent(value);
    case 'object':
      return objectContent(value);
    default:
      throw invalid(`a ${typeof value} is no literal`);
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
  if (value < longMin || value > longMax) throw invalid(`${value} does not fit 64 bits: use a Decimal`);
  return { of: 'long', value };
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
  if (value instanceof Timestamp) return { of: 'timestamp', value: value.epochMicros };
  if (value instanceof LocalDateTime) return { of: 'timestampNtz', value: value.localMicros };
  if (value instanceof LocalDate) return { of: 'date', value: value.epochDay };
  if (value instanceof LocalTime) return { of: 'time', value: BigInt(value.nanoOfDay) };
  if (value instanceof DayTimeInterval) return { of: 'dayTimeInterval', value: value.microseconds };
  if (value instanceof YearMonthInterval) return { of: 'yearMonthInterval', value: value.months };
  if (value instanceof CalendarInterval) {
    const { months, days, microseconds } = value;
    return { of: 'calendarInterval', months, days, microseconds };
  }
  if (value instanceof Decimal) return decimalContent(value);
  if (Array.isArray(value)) return arrayContent(value);
  throw invalid(`${Object.prototype.toString.call(value)} is no literal`);
}

function decimalContent(value: Decimal): LiteralContent {
  const digits = value.unscaled.toString().replace('-', '').length;
  const scale = Math.max(value.scale, 0);
  const precision = Math.max(digits + Math.max(-value.scale, 0), scale);
  if (precision > 38) throw invalid(`${value} has more than 38 digits`);
  return { of: 'decimal', text: value.toString(), precision, scale };
}

/** The order in which numbers of different types in one array widen. */
const widening = ['integer', 'long', 'double'] as const;

function arrayContent(values: readonly LiteralValue[]): LiteralContent {
  const nodes = values.map((value) => literalNode(value));
  const present = nodes.filter((node) => node.content.of !== 'null');
  const kinds = new Set(present.map((node) => node.content.of));
  const widest = widening.findLast((kind) => kinds.has(kind));
  const first = present[0];
  if (first === undefined) return { of: 'array', elementType: T.null(), elements: nodes };
  if (kinds.size > 1 && !(widest !== undefined && [...kinds].every((kind) => widening.includes(kind as never)))) {
    throw invalid(`an array literal holds one type, not ${[...kinds].join(' and ')}`);
  }
  const elementType = kinds.size > 1 && widest !== undefined ? T[widest]() : literalType(first);
  return { of: 'array', elementType, elements: values.map((value) => literalNode(value, elementType)) };
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
    case 'double':
      if (typeof value === 'number') return { of: type.kind, value };
      break;
    case 'decimal': {
      if (!(value instanceof Decimal) && typeof value !== 'number' && typeof value !== 'bigint') break;
      const decimal = (value instanceof Decimal ? value : Decimal.from(value)).rescale(type.scale);
      if (decimal === undefined || decimal.precision > type.precision) break;
      return { of: 'decimal', text: decimal.toString(), precision: type.precision, scale: type.scale };
    }
    case 'array':
      if (!Array.isArray(value)) break;
      return {
        of: 'array',
        elementType: type.elementType,
        elements: value.map((element: LiteralValue) => literalNode(element, type.elementType)),
      };
    default: {
      const content = contentOf(value);
      if (content.of === type.kind) return content;
    }
  }
  throw invalid(`${String(value)} is no ${type.kind}`);
}

function invalid(what: string): SparkConnectError {
  return new SparkConnectError('invalid-argument', what);
}
