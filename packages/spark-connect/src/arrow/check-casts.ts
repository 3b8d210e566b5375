import type { Table } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import type { DataType, StructField, StructType } from '../types/index.ts';
import { type Check, checkOfNumber } from './check-numbers.ts';
import { chooseDecoder } from './choose-decoder.ts';
import { UnfitValue } from './convert-value.ts';
import { pathOf } from './nested-builder.ts';
import { rowValues } from './row.ts';

/**
 * Refuses what the server would change without a word as it casts a table's columns to a schema: fractions that become whole
 * numbers, digits behind the point, and whole numbers that a DOUBLE or FLOAT does not hold. That a DOUBLE becomes the nearest FLOAT is meant.
 *
 * @param own what the table's columns are
 * @param wanted what they are cast to, found by name
 * @param firstRow where the table begins in what the program gave
 * @throws SparkConnectError `encode`, naming the row and the column
 */
export function checkCasts(table: Table, own: StructType, wanted: StructType, firstRow: number): void {
  for (const [index, { name, dataType }] of own.fields.entries()) {
    const check = checkUnder(name, dataType, wanted.fields.find((column) => column.name === name)?.dataType);
    if (check === undefined) continue;
    const decoder = chooseDecoder(name, dataType);
    let row = firstRow;
    for (const { data, numRows } of table.batches) {
      const column = data.children[index];
      if (column === undefined) continue;
      const { get } = decoder.bind(column);
      for (let i = 0; i < numRows; i++, row++) checkValue(check, get(i), row);
    }
  }
}

function checkValue(check: Check, value: unknown, row: number): void {
  try {
    if (value !== null) check(value);
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    throw new SparkConnectError('encode', `row ${row}, column ${pathOf(error).join('.')}: ${error.message}`, {
      cause: error,
    });
  }
}

/** A check that puts a name before the path of what goes wrong; undefined where nothing can. */
function checkUnder(name: string, from: DataType, to: DataType | undefined): Check | undefined {
  const check = to && checkOf(from, to);
  return (
    check &&
    ((value) => {
      try {
        check(value);
      } catch (error) {
        if (!(error instanceof UnfitValue)) throw error;
        throw new UnfitValue(error.message, { cause: [name, ...pathOf(error)] });
      }
    })
  );
}

function checkOf(from: DataType, to: DataType): Check | undefined {
  if (from.kind === 'array' && to.kind === 'array') {
    return eachOf(checkUnder('element', from.elementType, to.elementType), (array) => array as Iterable<unknown>);
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const key = eachOf(checkUnder('key', from.keyType, to.keyType), (map) => (map as Map<unknown, unknown>).keys());
    const value = eachOf(checkUnder('value', from.valueType, to.valueType), (map) =>
      (map as Map<unknown, unknown>).values(),
    );
    return both(key, value);
  }
  if (from.kind === 'struct' && to.kind === 'struct') {
    return from.fields.map((field, i) => checkOfField(field, i, to)).reduce(both, undefined);
  }
  return checkOfNumber(from, to);
}

function checkOfField({ name, dataType }: StructField, index: number, to: StructType): Check | undefined {
  const wanted = to.fields.find((field) => field.name === name);
  return eachOf(checkUnder(name, dataType, wanted?.dataType), (row) => [rowValues(row as object)[index]]);
}

function eachOf(check: Check | undefined, parts: (value: unknown) => Iterable<unknown>): Check | undefined {
  return (
    check &&
    ((value) => {
      for (const part of parts(value)) if (part !== null) check(part);
    })
  );
}

function both(first: Check | undefined, second: Check | undefined): Check | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (value) => {
    first(value);
    second(value);
  };
}
