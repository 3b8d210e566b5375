import type { StructField } from './data-type.ts';
import { parseDataType } from './ddl.ts';
import {
  arrayType,
  binaryType,
  booleanType,
  byteType,
  calendarIntervalType,
  charType,
  dateType,
  dayTimeIntervalType,
  decimalType,
  doubleType,
  field,
  floatType,
  geoType,
  integerType,
  longType,
  mapType,
  nullType,
  shortType,
  stringType,
  timestampNtzType,
  timestampType,
  timeType,
  unparsedType,
  varcharType,
  variantType,
  yearMonthIntervalType,
} from './factories.ts';
import { fromJson } from './json-reader.ts';
import { StructType } from './struct-type.ts';

/**
 * Every type by its Spark name, meant to be imported as `T`: `T.array(T.decimal(10, 2))`.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export const types = Object.freeze({
  null: nullType,
  void: nullType,
  boolean: booleanType,
  byte: byteType,
  tinyint: byteType,
  short: shortType,
  smallint: shortType,
  int: integerType,
  integer: integerType,
  long: longType,
  bigint: longType,
  float: floatType,
  double: doubleType,
  decimal: decimalType,
  string: stringType,
  char: charType,
  varchar: varcharType,
  binary: binaryType,
  date: dateType,
  time: timeType,
  timestamp: timestampType,
  timestampNtz: timestampNtzType,
  dayTimeInterval: dayTimeIntervalType,
  yearMonthInterval: yearMonthIntervalType,
  calendarInterval: calendarIntervalType,
  array: arrayType,
  map: mapType,
  struct: (fields: readonly StructField[]): StructType => new StructType(fields),
  field,
  variant: variantType,
  unparsed: unparsedType,
  /** Shapes on a plane; `srid` names the system of their coordinates, -1 one for each value. Since Spark 4.1. */
  geometry: (srid: number) => geoType('geometry', srid),
  /** Shapes on the globe. Since Spark 4.1. */
  geography: (srid: number) => geoType('geography', srid),
  /** A type from its text, e.g. `'array<int>'`. */
  parse: parseDataType,
  /** A type from Spark's JSON form, as `StructType.json()` writes it. */
  fromJson,
});
