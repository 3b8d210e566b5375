import type { DataType, StructField } from './data-type.ts';
import { DAY_TIME_FIELDS, YEAR_MONTH_FIELDS } from './factories.ts';
import { ANY_SRID } from './reference-system.ts';
import type { StructType } from './struct-type.ts';

const SIMPLE_NAMES: Readonly<Record<string, string>> = {
  null: 'void',
  byte: 'tinyint',
  short: 'smallint',
  integer: 'int',
  long: 'bigint',
  timestampNtz: 'timestamp_ntz',
  calendarInterval: 'interval',
};

const TYPE_NAMES: Readonly<Record<string, string>> = {
  null: 'void',
  timestampNtz: 'timestamp_ntz',
  calendarInterval: 'interval',
};

/** The type's short text, e.g. `array<int>`, `decimal(10,2)`, `interval day to second`. */
export function simpleString(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return `array<${simpleString(type.elementType)}>`;
    case 'map':
      return `map<${simpleString(type.keyType)},${simpleString(type.valueType)}>`;
    case 'struct':
      return `struct<${type.fields.map(({ name, dataType }) => `${name}:${simpleString(dataType)}`).join(',')}>`;
    default:
      return atomName(type, SIMPLE_NAMES);
  }
}

/** An atom's name in Spark's JSON and in `printSchema`, e.g. `integer` where SQL says `int`. */
export function typeName(type: DataType): string {
  return atomName(type, TYPE_NAMES);
}

/** The type as SQL text that Spark and `parseDDL` read, e.g. `STRUCT<x: ARRAY<INT>>`. */
export function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return `ARRAY<${sqlType(type.elementType)}>`;
    case 'map':
      return `MAP<${sqlType(type.keyType)}, ${sqlType(type.valueType)}>`;
    case 'struct':
      return `STRUCT<${type.fields.map((field) => columnText(field, ': ')).join(', ')}>`;
    case 'string':
      return type.collation === undefined ? 'STRING' : `STRING COLLATE ${type.collation}`;
    case 'udt':
      return type.sqlType ? sqlType(type.sqlType) : 'UDT';
    case 'unparsed':
      return type.text;
    default:
      return simpleString(type).toUpperCase();
  }
}

/** The columns as text for `CREATE TABLE` or `parseDDL`. */
export function toDDL(schema: StructType): string {
  return schema.fields.map((field) => columnText(field, ' ')).join(',');
}

function columnText({ name, dataType, nullable, metadata }: StructField, separator: string): string {
  const comment = typeof metadata.comment === 'string' ? ` COMMENT '${escapeText(metadata.comment)}'` : '';
  return `${quoteIfNeeded(name)}${separator}${sqlType(dataType)}${nullable ? '' : ' NOT NULL'}${comment}`;
}

function quoteIfNeeded(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n');
}

/** The schema as an indented tree, one column a line. */
export function treeString(schema: StructType): string {
  const lines = ['root'];
  appendFields(lines, schema, ' |');
  return `${lines.join('\n')}\n`;
}

function appendFields(lines: string[], schema: StructType, indent: string): void {
  for (const { name, dataType, nullable } of schema.fields) {
    lines.push(`${indent}-- ${escapeControls(name)}: ${treeName(dataType)} (nullable = ${nullable})`);
    appendChildren(lines, dataType, `${indent}    |`);
  }
}

/** The signs that Spark, too, shows by their escapes, so that every column has one line. */
const CONTROLS: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
  '\v': '\\v',
  '\u0007': '\\a',
};

/** What the tree shows without parameters: its children tell more, or Spark leaves them away. */
const SHORT_IN_TREE: ReadonlySet<DataType['kind']> = new Set(['array', 'map', 'struct', 'geometry', 'geography']);

function escapeControls(name: string): string {
  return Array.from(name, (sign) => CONTROLS[sign] ?? sign).join('');
}

function appendChildren(lines: string[], type: DataType, indent: string): void {
  if (type.kind === 'struct') appendFields(lines, type, indent);
  if (type.kind === 'array') {
    lines.push(`${indent}-- element: ${treeName(type.elementType)} (containsNull = ${type.containsNull})`);
    appendChildren(lines, type.elementType, `${indent}    |`);
  }
  if (type.kind === 'map') {
    lines.push(`${indent}-- key: ${treeName(type.keyType)}`);
    appendChildren(lines, type.keyType, `${indent}    |`);
    lines.push(`${indent}-- value: ${treeName(type.valueType)} (valueContainsNull = ${type.valueContainsNull})`);
    appendChildren(lines, type.valueType, `${indent}    |`);
  }
}

function treeName(type: DataType): string {
  return SHORT_IN_TREE.has(type.kind) ? type.kind : typeName(type);
}

function atomName(type: DataType, names: Readonly<Record<string, string>>): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'string':
      return type.collation === undefined ? 'string' : `string collate ${type.collation}`;
    case 'char':
    case 'varchar':
      return `${type.kind}(${type.length})`;
    case 'time':
      return `time(${type.precision})`;
    case 'dayTimeInterval':
      return intervalName(DAY_TIME_FIELDS[type.startField], DAY_TIME_FIELDS[type.endField]);
    case 'yearMonthInterval':
      return intervalName(YEAR_MONTH_FIELDS[type.startField], YEAR_MONTH_FIELDS[type.endField]);
    case 'geometry':
    case 'geography':
      return `${type.kind}(${type.srid === ANY_SRID ? 'any' : type.srid})`;
    case 'unparsed':
      return type.text;
    default:
      return names[type.kind] ?? type.kind;
  }
}

function intervalName(start = '', end = ''): string {
  return start === end ? `interval ${start}` : `interval ${start} to ${end}`;
}
