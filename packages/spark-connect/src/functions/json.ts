/**
 * JSON, CSV and variants.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import type { Column, ColumnOrName } from './column.ts';
import { column, define, rest, value } from './define.ts';
import { type FormatOptions, parse, render, type SchemaArgument, schemaOf } from './formats.ts';

// CSV Functions

// JSON Functions
export const getJsonObject = define('get_json_object', column, value);
export const jsonArrayLength = define('json_array_length', column);
export const jsonObjectKeys = define('json_object_keys', column);

// VARIANT Functions
export const isVariantNull = define('is_variant_null', column);
export const parseJson = define('parse_json', column);
export const schemaOfVariant = define('schema_of_variant', column);
export const schemaOfVariantAgg = define('schema_of_variant_agg', column);
export const tryVariantGet = define('try_variant_get', column, value, value);
export const variantGet = define('variant_get', column, value, value);
export const tryParseJson = define('try_parse_json', column);
export const toVariantObject = define('to_variant_object', column);

/** Reads JSON text into a value of the schema; null, or a struct of nulls, where it does not fit (see the option `mode`). */
export const fromJson = (column: ColumnOrName, schema: SchemaArgument, options?: FormatOptions): Column =>
  parse('from_json', column, schema, options);
/** Writes a value as JSON text. */
export const toJson = (column: ColumnOrName, options?: FormatOptions): Column => render('to_json', column, options);
/** The schema, as DDL text, that an example has. */
export const schemaOfJson = (example: string | Column, options?: FormatOptions): Column =>
  schemaOf('schema_of_json', example, options);

/** Reads CSV text into a value of the schema; null, or a struct of nulls, where it does not fit (see the option `mode`). */
export const fromCsv = (column: ColumnOrName, schema: SchemaArgument, options?: FormatOptions): Column =>
  parse('from_csv', column, schema, options);
/** Writes a value as CSV text. */
export const toCsv = (column: ColumnOrName, options?: FormatOptions): Column => render('to_csv', column, options);
/** The schema, as DDL text, that an example has. */
export const schemaOfCsv = (example: string | Column, options?: FormatOptions): Column =>
  schemaOf('schema_of_csv', example, options);

/** Several top-level fields of a JSON text at once, as columns c0, c1 … */
export const jsonTuple = define('json_tuple', column, rest(value));
