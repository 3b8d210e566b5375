import { SparkConnectError } from '../errors.ts';
import type { DataType, Metadata, StructField } from './data-type.ts';
import { parseColumnSpec } from './ddl-parser.ts';
import { simpleString, toDDL, treeString } from './display.ts';
import { field } from './factories.ts';
import { toJson } from './json-writer.ts';

/**
 * A schema: named, typed columns in order. Immutable; a name may occur twice, as in Spark.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.StructType.html
 */
export class StructType {
  /** What tells this type from others. */
  readonly kind = 'struct';
  /** The columns. */
  readonly fields: readonly StructField[];

  constructor(fields: readonly StructField[] = []) {
    this.fields = Object.freeze([...fields]);
    Object.freeze(this);
  }

  /**
   * A schema from an object, in its keys' order.
   *
   * @param columns types, or text as it would stand behind the name in DDL: `{ id: 'bigint not null', bp: T.int() }`
   * @throws SparkConnectError `invalid-argument` where a text is no type
   */
  static of(columns: Readonly<Record<string, DataType | string>>): StructType {
    return new StructType(Object.entries(columns).map(([name, type]) => toField(name, type)));
  }

  /** The columns' names. */
  get names(): string[] {
    return this.fields.map(({ name }) => name);
  }

  /** A schema with one more column. A text may say `not null` itself. */
  add(name: string, type: DataType | string, nullable = true, metadata: Metadata = {}): StructType {
    const parsed = toField(name, type);
    const merged = field(name, parsed.dataType, nullable && parsed.nullable, { ...parsed.metadata, ...metadata });
    return new StructType([...this.fields, merged]);
  }

  /**
   * The column of this name (exact case), the first where there are several.
   *
   * @throws SparkConnectError `not-found`
   */
  field(name: string): StructField {
    const found = this.fields.find((candidate) => candidate.name === name);
    if (found) return found;
    throw new SparkConnectError('not-found', `no column ${name} among ${this.names.join(', ') || 'none'}`);
  }

  /** The same schema, in which every column, element and value may be null. */
  toNullable(): StructType {
    return new StructType(
      this.fields.map(({ name, dataType, metadata }) => field(name, nullable(dataType), true, metadata)),
    );
  }

  /** `a INT NOT NULL, b STRING`: text that `parseDDL` and Spark read back. */
  toDDL(): string {
    return toDDL(this);
  }

  /** Spark's JSON form of a schema, as it also stands in parquet files. */
  json(): string {
    return JSON.stringify(toJson(this));
  }

  /** `struct<a:int,b:string>` */
  simpleString(): string {
    return simpleString(this);
  }

  /** The tree that `printSchema` shows. */
  treeString(): string {
    return treeString(this);
  }

  /** Spark's short form. */
  toString(): string {
    return this.simpleString();
  }
}

function nullable(type: DataType): DataType {
  switch (type.kind) {
    case 'array':
      return { ...type, elementType: nullable(type.elementType), containsNull: true };
    case 'map':
      return {
        ...type,
        keyType: nullable(type.keyType),
        valueType: nullable(type.valueType),
        valueContainsNull: true,
      };
    case 'struct':
      return type.toNullable();
    default:
      return type;
  }
}

function toField(name: string, type: DataType | string): StructField {
  if (typeof type !== 'string') return field(name, type);
  return parseColumnSpec(name, type, (fields) => new StructType(fields));
}
