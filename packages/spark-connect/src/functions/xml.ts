/**
 * XML and XPath.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import type { Column, ColumnOrName } from './column.ts';
import { column, define } from './define.ts';
import { type FormatOptions, parse, render, type SchemaArgument, schemaOf } from './formats.ts';

// XML Functions
export const xpath = define('xpath', column, column);
export const xpathBoolean = define('xpath_boolean', column, column);
export const xpathDouble = define('xpath_double', column, column);
export const xpathFloat = define('xpath_float', column, column);
export const xpathInt = define('xpath_int', column, column);
export const xpathLong = define('xpath_long', column, column);
export const xpathNumber = define('xpath_number', column, column);
export const xpathShort = define('xpath_short', column, column);
export const xpathString = define('xpath_string', column, column);

/** Reads XML text into a struct of the schema. Since Spark 4.0, as are all XML functions but the XPath ones. */
export const fromXml = (column: ColumnOrName, schema: SchemaArgument, options?: FormatOptions): Column =>
  parse('from_xml', column, schema, options);
/** Writes a struct as XML text. */
export const toXml = (column: ColumnOrName, options?: FormatOptions): Column => render('to_xml', column, options);
/** The schema, as DDL text, that an example has. */
export const schemaOfXml = (example: string | Column, options?: FormatOptions): Column =>
  schemaOf('schema_of_xml', example, options);
