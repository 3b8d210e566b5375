/** Rows and tables that are here, as relations of a plan. */
import type { Table } from 'apache-arrow';
import type { InputRow } from '../arrow/index.ts';
import { invalid, SparkConnectError } from '../errors.ts';
import { type RelationNode, relation } from '../plan/relations/index.ts';
import { type DataType, field, isWellFormed, parseDDL, StructType } from '../types/index.ts';
import { arrowRoom } from './arrow-room.ts';

/** What the columns shall be: all of it, or what they are called. */
export type RowSchema = StructType | string | readonly string[];

/** A relation of rows. */
export function localRows(rows: readonly InputRow[], given: RowSchema | undefined, batchBytes: number): RelationNode {
  if (!Array.isArray(rows))
    throw invalid('rows are an array, of objects or arrays: [...rows] makes one of what can be iterated');
  const schema = typeof given === 'string' ? parseDDL(given) : given;
  if (schema instanceof StructType) return rowsOf(rows, schema, schema, batchBytes, 'refused');
  if (schema === undefined && rows.some((row) => Array.isArray(row))) {
    throw new SparkConnectError('invalid-argument', 'rows that are arrays need a schema or column names');
  }
  if (schema !== undefined) checkLengths(rows, schema);
  const inferred = arrowRoom().inferSchema(rows, schema);
  const named = schema === undefined ? inferred : renamed(inferred, schema);
  // Arrays go by position, objects by their own keys.
  const keyed = rows.some((row) => !Array.isArray(row)) ? inferred : named;
  return rowsOf(rows, keyed, named, batchBytes, 'null');
}

/**
 * Relations of a table, one below another: a server before 4.1 reads one batch of each only.
 *
 * @param wanted what the server is to cast the table to
 */
export function localTables(
  table: Table,
  batchBytes: number,
  wanted: StructType | undefined,
): { schema: StructType; parts: readonly RelationNode[] } {
  const { encodeTable, tablesOfBatches } = arrowRoom();
  const takesManyBatches = Number.isFinite(batchBytes);
  let rows = 0;
  const encoded = (takesManyBatches ? [table] : tablesOfBatches(table)).map((part) => {
    const firstRow = rows;
    rows += part.numRows;
    return encodeTable(part, wanted, firstRow);
  });
  const parts = encoded.map(({ schema, ...data }) =>
    relation({ kind: 'localRelation', schema: schema.json(), ...data }),
  );
  return { schema: encoded[0]?.schema ?? new StructType([]), parts };
}

/**
 * Whether a table's columns are those of a schema, whatever their order: where one is missing, the server would fill it
 * with nulls, and drop one that the schema does not have.
 *
 * @throws SparkConnectError `encode`, naming the columns
 */
export function checkNames(table: DataType, schema: DataType, path = ''): void {
  if (table.kind === 'struct' && schema.kind === 'struct') {
    const missing = schema.names.filter((name) => !table.names.includes(name));
    const unknown = table.names.filter((name) => !schema.names.includes(name));
    if (missing.length > 0 || unknown.length > 0) throw unlike(path, missing, unknown);
    for (const { name, dataType } of schema.fields) {
      const own = table.fields.find((column) => column.name === name);
      if (own !== undefined) checkNames(own.dataType, dataType, `${path}${name}.`);
    }
  } else if (table.kind === 'array' && schema.kind === 'array') {
    checkNames(table.elementType, schema.elementType, `${path}element.`);
  } else if (table.kind === 'map' && schema.kind === 'map') {
    checkNames(table.keyType, schema.keyType, `${path}key.`);
    checkNames(table.valueType, schema.valueType, `${path}value.`);
  }
}

/** @throws SparkConnectError `encode` where there is not one name for each column */
export function checkNameCount(columns: readonly string[], names: readonly string[]): void {
  if (columns.length === names.length) return;
  throw new SparkConnectError(
    'encode',
    `${names.length} names (${names.join(', ')}) for ${columns.length} columns (${columns.join(', ')})`,
  );
}

function unlike(path: string, missing: readonly string[], unknown: readonly string[]): SparkConnectError {
  const list = (names: readonly string[]) => names.map((name) => path + name).join(', ');
  const what = [
    missing.length > 0 ? `it lacks ${list(missing)}` : '',
    unknown.length > 0 ? `the schema has no ${list(unknown)}` : '',
  ].filter(Boolean);
  return new SparkConnectError(
    'encode',
    `the table's columns are not called as the schema's: ${what.join(', and ')} (to rename columns in their order, give names instead)`,
  );
}

function renamed(schema: StructType, names: readonly string[]): StructType {
  checkNameCount(schema.names, names);
  return new StructType(schema.fields.map(({ name, dataType }, i) => field(names[i] ?? name, dataType)));
}

function checkLengths(rows: readonly InputRow[], names: readonly string[]): void {
  const row = rows.find((values) => Array.isArray(values) && values.length !== names.length);
  if (!Array.isArray(row)) return;
  throw new SparkConnectError('encode', `a row has ${row.length} values for ${names.length} columns`);
}

/** @param keyed the schema by which values are found @param named that of the relation, the same but for names */
function rowsOf(
  rows: readonly InputRow[],
  keyed: StructType,
  named: StructType,
  batchBytes: number,
  missing: 'refused' | 'null',
): RelationNode {
  checkWellFormed(named, '');
  if (rows.length === 0) return relation({ kind: 'localRelation', schema: named.json() });
  const { encodeRows, isToldByArrow } = arrowRoom();
  const data = encodeRows(rows, keyed, batchBytes, missing);
  const stated = keyed === named && isToldByArrow(named) ? {} : { schema: named.json() };
  return relation({ kind: 'localRelation', data, ...stated });
}

/** @throws SparkConnectError `encode` where UTF-8 cannot hold a name: another one would arrive */
function checkWellFormed(type: DataType, path: string): void {
  switch (type.kind) {
    case 'struct':
      for (const { name, dataType } of type.fields) {
        if (!isWellFormed(name)) {
          const column = JSON.stringify(path + name);
          throw new SparkConnectError('encode', `column ${column}: the name has half a character (a lone surrogate)`);
        }
        checkWellFormed(dataType, `${path}${name}.`);
      }
      break;
    case 'array':
      checkWellFormed(type.elementType, `${path}element.`);
      break;
    case 'map':
      checkWellFormed(type.keyType, `${path}key.`);
      checkWellFormed(type.valueType, `${path}value.`);
      break;
  }
}
