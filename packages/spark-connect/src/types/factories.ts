import { SparkConnectError } from '../errors.ts';
import type {
  ArrayType,
  CharType,
  DataType,
  DayTimeIntervalType,
  DecimalType,
  GeoType,
  MapType,
  SimpleKind,
  SimpleType,
  StringType,
  StructField,
  TimeType,
  UdtType,
  UnparsedType,
  YearMonthIntervalType,
} from './data-type.ts';
import { ANY_SRID } from './reference-system.ts';

const MAX_PRECISION = 38;

function simple<K extends SimpleKind>(kind: K): () => SimpleType<K> {
  const only = Object.freeze({ kind });
  return () => only;
}

const UTF8_BINARY = Object.freeze<StringType>({ kind: 'string' });

export const nullType = simple('null');
export const booleanType = simple('boolean');
export const byteType = simple('byte');
export const shortType = simple('short');
export const integerType = simple('integer');
export const longType = simple('long');
export const floatType = simple('float');
export const doubleType = simple('double');
export const binaryType = simple('binary');
export const dateType = simple('date');
export const timestampType = simple('timestamp');
export const timestampNtzType = simple('timestampNtz');
export const calendarIntervalType = simple('calendarInterval');
export const variantType = simple('variant');

/** @param collation e.g. `UTF8_LCASE` or `UNICODE_CI` (Spark 4); Spark's default is UTF8_BINARY */
export function stringType(collation?: string): StringType {
  if (collation === undefined || collation === '' || collation.toUpperCase() === 'UTF8_BINARY') return UTF8_BINARY;
  return Object.freeze({ kind: 'string', collation });
}

/** @throws SparkConnectError `invalid-argument` where precision is not 1–38 or scale not 0–precision */
export function decimalType(precision = 10, scale = 0): DecimalType {
  checkRange('the precision of a decimal', precision, 1, MAX_PRECISION);
  checkRange(`the scale of a decimal(${precision})`, scale, 0, precision);
  return sentDecimalType(precision, scale);
}

/** As a server says, which makes scales below 0, too, where it is told to (spark.sql.legacy.allowNegativeScaleOfDecimal). */
export function sentDecimalType(precision: number, scale: number): DecimalType {
  return Object.freeze({ kind: 'decimal', precision, scale });
}

export function charType(length: number): CharType {
  checkRange('the length of a char', length, 1, 2 ** 31 - 1);
  return Object.freeze({ kind: 'char', length });
}

export function varcharType(length: number): CharType {
  checkRange('the length of a varchar', length, 1, 2 ** 31 - 1);
  return Object.freeze({ kind: 'varchar', length });
}

export function timeType(precision = 6): TimeType {
  checkRange('the precision of a time', precision, 0, 6);
  return Object.freeze({ kind: 'time', precision });
}

export const DAY_TIME_FIELDS = ['day', 'hour', 'minute', 'second'] as const;
export const YEAR_MONTH_FIELDS = ['year', 'month'] as const;

/** @param startField @param endField 0 day, 1 hour, 2 minute, 3 second */
export function dayTimeIntervalType(startField = 0, endField = startField === 0 ? 3 : startField): DayTimeIntervalType {
  checkRange('the first field of a day-time interval', startField, 0, 3);
  checkRange('the last field of a day-time interval', endField, startField, 3);
  return Object.freeze({ kind: 'dayTimeInterval', startField, endField });
}

/** @param startField @param endField 0 year, 1 month */
export function yearMonthIntervalType(
  startField = 0,
  endField = startField === 0 ? 1 : startField,
): YearMonthIntervalType {
  checkRange('the first field of a year-month interval', startField, 0, 1);
  checkRange('the last field of a year-month interval', endField, startField, 1);
  return Object.freeze({ kind: 'yearMonthInterval', startField, endField });
}

export function arrayType(elementType: DataType, containsNull = true): ArrayType {
  return Object.freeze({ kind: 'array', elementType, containsNull });
}

export function mapType(keyType: DataType, valueType: DataType, valueContainsNull = true): MapType {
  return Object.freeze({ kind: 'map', keyType, valueType, valueContainsNull });
}

/** @param srid -1 for any; which others there are the server says */
export function geoType(kind: GeoType['kind'], srid: number): GeoType {
  checkRange(`the SRID of a ${kind}`, srid, ANY_SRID, 2 ** 31 - 1);
  return Object.freeze({ kind, srid });
}

export function udtType(parts: Omit<UdtType, 'kind'>): UdtType {
  return Object.freeze({ kind: 'udt', ...parts });
}

/** A type that the server parses, for what this client does not know yet. */
export function unparsedType(text: string): UnparsedType {
  return Object.freeze({ kind: 'unparsed', text });
}

/** A column of a struct. */
export function field(
  name: string,
  dataType: DataType,
  nullable = true,
  metadata: StructField['metadata'] = {},
): StructField {
  return Object.freeze({ name, dataType, nullable, metadata: Object.freeze({ ...metadata }) });
}

function checkRange(what: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new SparkConnectError('invalid-argument', `${what} is a whole number from ${low} to ${high}, not ${value}`);
}
