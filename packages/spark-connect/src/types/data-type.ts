import type { StructType } from './struct-type.ts';

/** JSON that travels with a column, e.g. `{ comment: 'beats per minute' }`. */
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

/** Types that have no parameters. */
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

export interface SimpleType<K extends SimpleKind = SimpleKind> {
  readonly kind: K;
}

export interface DecimalType {
  readonly kind: 'decimal';
  /** All digits, 1 to 38. */
  readonly precision: number;
  /** Digits behind the point. */
  readonly scale: number;
}

export interface StringType {
  readonly kind: 'string';
  /** Absent for Spark's default, UTF8_BINARY. */
  readonly collation?: string;
}

export interface CharType {
  readonly kind: 'char' | 'varchar';
  /** In characters. */
  readonly length: number;
}

export interface TimeType {
  readonly kind: 'time';
  /** Digits behind the second's point, 0 to 6. */
  readonly precision: number;
}

/** Fields: 0 day, 1 hour, 2 minute, 3 second. */
export interface DayTimeIntervalType {
  readonly kind: 'dayTimeInterval';
  readonly startField: number;
  readonly endField: number;
}

/** Fields: 0 year, 1 month. */
export interface YearMonthIntervalType {
  readonly kind: 'yearMonthInterval';
  readonly startField: number;
  readonly endField: number;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly elementType: DataType;
  readonly containsNull: boolean;
}

export interface MapType {
  readonly kind: 'map';
  readonly keyType: DataType;
  readonly valueType: DataType;
  readonly valueContainsNull: boolean;
}

export interface GeoType {
  readonly kind: 'geometry' | 'geography';
  /** The reference system of the coordinates, e.g. 4326; -1 where each value has its own. */
  readonly srid: number;
}

export interface UdtType {
  readonly kind: 'udt';
  readonly jvmClass?: string;
  readonly pythonClass?: string;
  readonly serializedPythonClass?: string;
  /** How Spark stores it. */
  readonly sqlType?: DataType;
}

/** A type as text for the server to parse. */
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
