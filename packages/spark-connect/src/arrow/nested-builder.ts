import { type DataType as ArrowType, type Data, Field, List, Map_, makeData, Struct } from 'apache-arrow';
import {
  type ArrayType,
  type DataType,
  type MapType,
  type StructField,
  type StructType,
  simpleString,
} from '../types/index.ts';
import { atomBuilder, type ColumnBuilder } from './column-builder.ts';
import { UnfitValue, unfit } from './convert-value.ts';
import { geoBuilder, SHAPE_PARTS } from './geo-builder.ts';
import { isRecord } from './record.ts';
import { Validity } from './validity.ts';
import { VARIANT_PARTS, variantBuilder } from './variant-builder.ts';

/** Of the values in arrays and maps nobody knows how many will come. */
const SOME_VALUES = 256;

/** What becomes of a value that is not there: it is an error, or null. */
export type Missing = 'refused' | 'null';

/**
 * A builder for a column of any type.
 *
 * @param room values that it should hold before it grows, at least 1
 * @throws UnfitValue for a type that cannot be sent
 */
export function columnBuilder(type: DataType, room: number, missing: Missing): ColumnBuilder {
  const atom = atomBuilder(type, room);
  if (atom) return atom;
  if (type.kind === 'struct') return new StructBuilder(type, room, missing);
  if (type.kind === 'array') return new ArrayBuilder(type, missing);
  if (type.kind === 'map') return new MapBuilder(type, missing);
  if (type.kind === 'geometry' || type.kind === 'geography') {
    return geoBuilder(type, new StructBuilder(SHAPE_PARTS, room));
  }
  if (type.kind === 'variant') return variantBuilder(new StructBuilder(VARIANT_PARTS, room));
  throw new UnfitValue(`values of type ${simpleString(type)} cannot be sent yet`);
}

/** A builder's place under its parent: the path is put before what goes wrong in it. */
class InnerColumn {
  readonly name: string;
  readonly builder: ColumnBuilder;
  readonly nullable: boolean;
  readonly #missing: Missing;

  constructor(name: string, type: DataType, nullable: boolean, missing: Missing, room = SOME_VALUES) {
    this.name = name;
    this.nullable = nullable;
    this.#missing = missing;
    this.builder = within(name, () => columnBuilder(type, room, missing));
  }

  append(value: unknown): void {
    if (value !== null && value !== undefined) {
      try {
        this.builder.append(value);
      } catch (error) {
        throw underneath(this.name, error);
      }
    } else if (value === undefined && this.#missing === 'refused') {
      throw new UnfitValue('the value is missing (give null for none)', { cause: [this.name] });
    } else if (this.nullable) {
      this.builder.appendNull();
    } else {
      throw new UnfitValue('null where the schema says not null', { cause: [this.name] });
    }
  }

  get field(): Field {
    return new Field(this.name, this.builder.arrowType, this.nullable);
  }
}

/** Rows of named values; the outermost one makes the whole batch. */
export class StructBuilder implements ColumnBuilder {
  readonly #type: StructType;
  readonly #names: ReadonlySet<string>;
  readonly #missing: Missing;
  /** The keys of a row that were found to be columns, and those needed: most rows have the same, in the same order. */
  #knownKeys: readonly string[] = [];
  readonly #columns: readonly InnerColumn[];
  readonly #validity = new Validity();

  /** @param room rows that it should hold before it grows, at least 1 */
  constructor(type: StructType, room: number, missing: Missing = 'refused') {
    this.#type = type;
    this.#missing = missing;
    this.#names = new Set(type.names);
    this.#columns = type.fields.map(
      ({ name, dataType, nullable }: StructField) => new InnerColumn(name, dataType, nullable, missing, room),
    );
  }

  get arrowType(): Struct {
    return new Struct(this.fields);
  }

  get fields(): Field[] {
    return this.#columns.map(({ field }) => field);
  }

  append(value: unknown): void {
    if (Array.isArray(value)) this.#appendArray(value);
    else if (isRecord(value)) this.#appendRecord(value);
    else throw unfit(value, this.#type, 'an object with the columns as keys, or an array of the values');
    this.#validity.appendValid();
  }

  #appendArray(values: readonly unknown[]): void {
    if (values.length !== this.#columns.length) {
      throw new UnfitValue(`${values.length} values for ${this.#columns.length} columns`);
    }
    for (let i = 0; i < values.length; i++) this.#columns[i]?.append(values[i]);
  }

  #appendRecord(record: Readonly<Record<string, unknown>>): void {
    if (!hasKeys(record, this.#knownKeys)) this.#checkKeys(Object.keys(record));
    if (this.#knownKeys.length === this.#columns.length) {
      for (const column of this.#columns) column.append(record[column.name]);
    } else {
      // What is not among the keys may still be found in the prototype.
      for (const column of this.#columns) {
        column.append(Object.hasOwn(record, column.name) ? record[column.name] : undefined);
      }
    }
  }

  #checkKeys(keys: readonly string[]): void {
    const unknown = keys.find((key) => !this.#names.has(key));
    if (unknown !== undefined) throw new UnfitValue(`the schema has no column ${unknown}`, { cause: [unknown] });
    if (this.#names.size < this.#columns.length) {
      throw new UnfitValue('column names repeat: give rows as arrays of values');
    }
    const present = new Set(keys);
    const missing = this.#missing === 'refused' && this.#columns.find(({ name }) => !present.has(name));
    if (missing) throw new UnfitValue('the value is missing (give null for none)', { cause: [missing.name] });
    this.#knownKeys = keys;
  }

  appendNull(): void {
    // Arrow keeps a place in every child for a null struct.
    for (const { builder } of this.#columns) builder.appendNull();
    this.#validity.appendNull();
  }

  get byteLength(): number {
    let bytes = 0;
    for (const { builder } of this.#columns) bytes += builder.byteLength;
    return bytes;
  }

  finish(): Data<Struct> {
    return makeData({ type: this.arrowType, ...this.#validity.finish(), children: this.finishColumns() });
  }

  finishColumns(): Data[] {
    return this.#columns.map(({ builder }) => builder.finish());
  }

  reset(): void {
    for (const { builder } of this.#columns) builder.reset();
    this.#validity.reset();
  }
}

class ArrayBuilder implements ColumnBuilder {
  readonly #type: ArrayType;
  readonly #element: InnerColumn;
  readonly #validity = new Validity();
  readonly #offsets = [0];
  #end = 0;

  constructor(type: ArrayType, missing: Missing) {
    this.#type = type;
    this.#element = new InnerColumn('element', type.elementType, type.containsNull, missing);
  }

  get arrowType(): ArrowType {
    return new List(this.#element.field);
  }

  append(value: unknown): void {
    if (!Array.isArray(value)) throw unfit(value, this.#type, 'an array');
    for (const element of value) this.#element.append(element);
    this.#end += value.length;
    this.#offsets.push(this.#end);
    this.#validity.appendValid();
  }

  appendNull(): void {
    this.#offsets.push(this.#end);
    this.#validity.appendNull();
  }

  get byteLength(): number {
    return this.#element.builder.byteLength + this.#offsets.length * 4;
  }

  finish(): Data {
    return makeData({
      type: new List(this.#element.field),
      ...this.#validity.finish(),
      valueOffsets: Int32Array.from(this.#offsets),
      child: this.#element.builder.finish(),
    });
  }

  reset(): void {
    this.#element.builder.reset();
    this.#offsets.length = 1;
    this.#end = 0;
    this.#validity.reset();
  }
}

class MapBuilder implements ColumnBuilder {
  readonly #type: MapType;
  readonly #key: InnerColumn;
  readonly #value: InnerColumn;
  readonly #validity = new Validity();
  readonly #offsets = [0];
  #end = 0;

  constructor(type: MapType, missing: Missing) {
    this.#type = type;
    this.#key = new InnerColumn('key', type.keyType, false, missing);
    this.#value = new InnerColumn('value', type.valueType, type.valueContainsNull, missing);
  }

  get arrowType(): Map_ {
    const entries = new Struct<{ key: ArrowType; value: ArrowType }>([this.#key.field, this.#value.field]);
    return new Map_(new Field('entries', entries, false));
  }

  append(value: unknown): void {
    if (!(value instanceof Map)) throw unfit(value, this.#type, 'a Map');
    for (const [key, inner] of value) {
      this.#key.append(key);
      this.#value.append(inner);
    }
    this.#end += value.size;
    this.#offsets.push(this.#end);
    this.#validity.appendValid();
  }

  appendNull(): void {
    this.#offsets.push(this.#end);
    this.#validity.appendNull();
  }

  get byteLength(): number {
    return this.#key.builder.byteLength + this.#value.builder.byteLength + this.#offsets.length * 4;
  }

  finish(): Data {
    const entries = makeData({
      type: new Struct([this.#key.field, this.#value.field]),
      length: this.#end,
      nullCount: 0,
      children: [this.#key.builder.finish(), this.#value.builder.finish()],
    });
    return makeData({
      type: this.arrowType,
      ...this.#validity.finish(),
      valueOffsets: Int32Array.from(this.#offsets),
      child: entries,
    });
  }

  reset(): void {
    this.#key.builder.reset();
    this.#value.builder.reset();
    this.#offsets.length = 1;
    this.#end = 0;
    this.#validity.reset();
  }
}

function within<V>(name: string, run: () => V): V {
  try {
    return run();
  } catch (error) {
    throw underneath(name, error);
  }
}

/** The error, with a column's name put before its path where it tells of a value. */
function underneath(name: string, error: unknown): unknown {
  if (!(error instanceof UnfitValue)) return error;
  return new UnfitValue(error.message, { cause: [name, ...pathOf(error)] });
}

/** Whether these are all keys of a plain object, in its order; without a list of them for each row. */
function hasKeys(record: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  let count = 0;
  for (const key in record) if (key !== keys[count++]) return false;
  return count === keys.length && count > 0;
}

/** The names of the columns from the outermost to the one at fault. */
export function pathOf(error: UnfitValue): string[] {
  return Array.isArray(error.cause) ? error.cause.map(String) : [];
}
