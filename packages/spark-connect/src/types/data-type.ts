import type { StructType } from './struct-type.ts';

/**
 * JSON that travels with a column, e.g. `{ comment: 'beats per minute' }`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.StructField.html
 */
export type Metadata = Readonly<Record<string, unknown>>;

/**
 * A column of a struct: its name and type, whether it may be null, and what its makers noted of it.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.StructField.html
 */
export interface StructField {
  readonly name: string;
  readonly dataType: DataType;
  readonly nullable: boolean;
  readonly metadata: Metadata;
}

/**
 * The types that have no parameters.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export type SimpleKind =
  | 'null'
  | 'boolean'
  | 'byte'
  | 'short'
  | 'integer'
  | 'long'
  | 'float'
  | 'double'
  | 'binary'
  | 'date'
  | 'timestamp'
  | 'timestampNtz'
  | 'calendarInterval'
  | 'variant';

/**
 * A type that has no parameters.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export interface SimpleType<K extends SimpleKind = SimpleKind> {
  readonly kind: K;
}

/**
 * Decimals of so many digits.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.DecimalType.html
 */
export interface DecimalType {
  readonly kind: 'decimal';
  /** All digits, 1 to 38. */
  readonly precision: number;
  /** Digits behind the point. */
  readonly scale: number;
}

/**
 * Texts, compared as their collation says.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.StringType.html
 */
export interface StringType {
  readonly kind: 'string';
  /** Absent for Spark's default, UTF8_BINARY. */
  readonly collation?: string;
}

/**
 * Texts of a length, or up to a length.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.CharType.html
 */
export interface CharType {
  readonly kind: 'char' | 'varchar';
  /** In characters. */
  readonly length: number;
}

/**
 * Times of a day.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export interface TimeType {
  readonly kind: 'time';
  /** Digits behind the second's point, 0 to 6. */
  readonly precision: number;
}

/**
 * Lengths of time, by their first and last field: 0 day, 1 hour, 2 minute, 3 second.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.DayTimeIntervalType.html
 */
export interface DayTimeIntervalType {
  readonly kind: 'dayTimeInterval';
  readonly startField: number;
  readonly endField: number;
}

/**
 * Lengths of time, by their first and last field: 0 year, 1 month.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.YearMonthIntervalType.html
 */
export interface YearMonthIntervalType {
  readonly kind: 'yearMonthInterval';
  readonly startField: number;
  readonly endField: number;
}

/**
 * Arrays, whose elements may be null or not.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.ArrayType.html
 */
export interface ArrayType {
  readonly kind: 'array';
  readonly elementType: DataType;
  readonly containsNull: boolean;
}

/**
 * Maps, whose values may be null or not; keys never are.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.MapType.html
 */
export interface MapType {
  readonly kind: 'map';
  readonly keyType: DataType;
  readonly valueType: DataType;
  readonly valueContainsNull: boolean;
}

/**
 * Shapes on a plane or on the globe.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export interface GeoType {
  readonly kind: 'geometry' | 'geography';
  /** The reference system of the coordinates, e.g. 4326; -1 where each value has its own. */
  readonly srid: number;
}

/**
 * A type that a program has defined on top of one of Spark's.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export interface UdtType {
  readonly kind: 'udt';
  readonly jvmClass?: string;
  readonly pythonClass?: string;
  readonly serializedPythonClass?: string;
  /** How Spark stores it. */
  readonly sqlType?: DataType;
}

/**
 * A type as text for the server to parse.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export interface UnparsedType {
  readonly kind: 'unparsed';
  readonly text: string;
}

/**
 * A Spark SQL data type, told apart by `kind`.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export type DataType =
  | SimpleType
  | DecimalType
  | StringType
  | CharType
  | TimeType
  | DayTimeIntervalType
  | YearMonthIntervalType
  | ArrayType
  | MapType
  | StructType
  | GeoType
  | UdtType
  | UnparsedType;
