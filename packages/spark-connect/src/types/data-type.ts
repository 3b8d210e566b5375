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
  /** The column's name. */
  readonly name: string;
  /** The column's type. */
  readonly dataType: DataType;
  /** Whether it may be null. */
  readonly nullable: boolean;
  /** What travels with the column; empty where nothing does. */
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
  /** What tells it from other types. */
  readonly kind: K;
}

/**
 * Decimals of so many digits.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.DecimalType.html
 */
export interface DecimalType {
  /** What tells it from other types. */
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
  /** What tells it from other types. */
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
  /** What tells it from other types. */
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
  /** What tells it from other types. */
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
  /** What tells it from other types. */
  readonly kind: 'dayTimeInterval';
  /** The first field. */
  readonly startField: number;
  /** The last field. */
  readonly endField: number;
}

/**
 * Lengths of time, by their first and last field: 0 year, 1 month.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.YearMonthIntervalType.html
 */
export interface YearMonthIntervalType {
  /** What tells it from other types. */
  readonly kind: 'yearMonthInterval';
  /** The first field. */
  readonly startField: number;
  /** The last field. */
  readonly endField: number;
}

/**
 * Arrays, whose elements may be null or not.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.ArrayType.html
 */
export interface ArrayType {
  /** What tells it from other types. */
  readonly kind: 'array';
  /** The type of each element. */
  readonly elementType: DataType;
  /** Whether elements may be null. */
  readonly containsNull: boolean;
}

/**
 * Maps, whose values may be null or not; keys never are.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.MapType.html
 */
export interface MapType {
  /** What tells it from other types. */
  readonly kind: 'map';
  /** The type of each key. */
  readonly keyType: DataType;
  /** The type of each value. */
  readonly valueType: DataType;
  /** Whether values may be null. */
  readonly valueContainsNull: boolean;
}

/**
 * Shapes on a plane or on the globe.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export interface GeoType {
  /** What tells it from other types. */
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
  /** What tells it from other types. */
  readonly kind: 'udt';
  /** Its class in Java or Scala. */
  readonly jvmClass?: string;
  /** Its class in Python. */
  readonly pythonClass?: string;
  /** That class, pickled. */
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
  /** What tells it from other types. */
  readonly kind: 'unparsed';
  /** The text. */
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
