/** What the functions of textual formats share: schemas and options as arguments. */
import { functionNode } from '../plan/expressions.ts';
import { literalNode } from '../plan/literals.ts';
import { type DataType, toJson } from '../types/index.ts';
import { Column, type ColumnOrName, columnExpression, nameToExpression } from './column.ts';

/** A data type, DDL text (`'a INT, b STRING'`), Spark's JSON of a type, or a column such as `schemaOfJson(…)`. */
export type SchemaArgument = DataType | string | Column;
/** Options of a format by their names; what is undefined is left out. */
export type FormatOptions = Readonly<Record<string, string | number | boolean | undefined>>;

/** `from_json` and its like. */
export function parse(name: string, column: ColumnOrName, schema: SchemaArgument, options?: FormatOptions): Column {
  const type =
    schema instanceof Column ? schema.expression : literalNode(typeof schema === 'string' ? schema : typeJson(schema));
  return new Column(functionNode(name, [nameToExpression(column), type, ...optionArguments(options)]));
}

/** `to_json` and its like. */
export function render(name: string, column: ColumnOrName, options?: FormatOptions): Column {
  return new Column(functionNode(name, [nameToExpression(column), ...optionArguments(options)]));
}

/** `schema_of_json` and its like, whose text is an example and no column's name. */
export function schemaOf(name: string, example: string | Column, options?: FormatOptions): Column {
  const text = typeof example === 'string' ? literalNode(example) : columnExpression(example);
  return new Column(functionNode(name, [text, ...optionArguments(options)]));
}

function typeJson(type: DataType): string {
  return JSON.stringify(toJson(type));
}

export function optionArguments(options?: FormatOptions) {
  if (options === undefined) return [];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  if (given.length === 0) return [];
  const entries = given.flatMap(([key, value]) => [literalNode(key), literalNode(String(value))]);
  return [functionNode('map', entries)];
}
