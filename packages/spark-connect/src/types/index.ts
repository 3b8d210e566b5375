export type {
  ArrayType,
  CharType,
  DataType,
  DayTimeIntervalType,
  DecimalType,
  GeoType,
  MapType,
  Metadata,
  SimpleKind,
  SimpleType,
  StringType,
  StructField,
  TimeType,
  UdtType,
  UnparsedType,
  YearMonthIntervalType,
} from './data-type.ts';
export { exactMicros, LocalDate, LocalDateTime, LocalTime, Timestamp } from './date-time.ts';
export { parseDataType, parseDDL } from './ddl.ts';
export { Decimal } from './decimal.ts';
export { simpleString, sqlType, treeString } from './display.ts';
export { field, sentDecimalType } from './factories.ts';
export { Geography, Geometry } from './geo-values.ts';
export { CalendarInterval, DayTimeInterval, YearMonthInterval } from './intervals.ts';
export { fromJson } from './json-reader.ts';
export { type JsonType, toJson } from './json-writer.ts';
export { fromProto, schemaFromProto, toProto } from './proto.ts';
export { isInt64 } from './ranges.ts';
export { ANY_SRID } from './reference-system.ts';
export { INSPECT, shown } from './shown.ts';
export { StructType } from './struct-type.ts';
export { isWellFormed, shorten } from './text.ts';
export { types } from './types.ts';
export { Variant } from './variant.ts';
export type { VariantValue } from './variant-reader.ts';
