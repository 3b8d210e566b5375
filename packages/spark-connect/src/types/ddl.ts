import type { DataType } from './data-type.ts';
import { parseColumns, parseType } from './ddl-parser.ts';
import { StructType } from './struct-type.ts';

/**
 * Reads a schema's text, e.g. ``id BIGINT NOT NULL, `heart beat` INT COMMENT 'per minute', tags ARRAY<STRING>``,
 * or of the struct that has these columns, `struct<id:bigint>`, as `simpleString()` writes it.
 *
 * @throws SparkConnectError `invalid-argument`, naming the position
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.types.StructType.html
 */
export function parseDDL(text: string): StructType {
  return new StructType(parseColumns(text, (fields) => new StructType(fields)));
}

/**
 * Reads one type's text, e.g. `decimal(10,2)` or `struct<x: array<int>>`.
 *
 * @throws SparkConnectError `invalid-argument`, naming the position
 */
export function parseDataType(text: string): DataType {
  return parseType(text, (fields) => new StructType(fields));
}
