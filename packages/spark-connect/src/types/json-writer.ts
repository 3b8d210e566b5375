import type { DataType, StructField } from './data-type.ts';
import { typeName } from './display.ts';
import { crsOf } from './reference-system.ts';

/** Spark's JSON form of a type: a text for an atom, an object for the others. */
export type JsonType = string | { readonly [key: string]: unknown };

/** Where a column's JSON keeps its collations, so that readers that know none still read `string`. */
export const COLLATIONS_KEY = '__COLLATIONS';

/** Writes a type as `DataType.json` of Spark does; a collation outside of all columns, where Spark would lose it, as PySpark does. */
export function toJson(type: DataType): JsonType {
  return write(type, false);
}

/** @param inColumn there is a column's metadata to hold the collations */
function write(type: DataType, inColumn: boolean): JsonType {
  switch (type.kind) {
    case 'struct':
      return { type: 'struct', fields: type.fields.map(fieldToJson) };
    case 'array':
      return { type: 'array', elementType: write(type.elementType, inColumn), containsNull: type.containsNull };
    case 'map':
      return {
        type: 'map',
        keyType: write(type.keyType, inColumn),
        valueType: write(type.valueType, inColumn),
        valueContainsNull: type.valueContainsNull,
      };
    case 'string':
      return inColumn || type.collation === undefined ? 'string' : `string collate ${type.collation}`;
    case 'geometry':
      return `geometry(${crsOf(type.srid)})`;
    case 'geography':
      return `geography(${crsOf(type.srid)}, SPHERICAL)`;
    case 'udt':
      return {
        type: 'udt',
        ...(type.jvmClass === undefined ? {} : { class: type.jvmClass }),
        ...(type.pythonClass === undefined ? {} : { pyClass: type.pythonClass }),
        ...(type.serializedPythonClass === undefined ? {} : { serializedClass: type.serializedPythonClass }),
        ...(type.sqlType === undefined ? {} : { sqlType: write(type.sqlType, inColumn) }),
      };
    default:
      return typeName(type);
  }
}

function fieldToJson({ name, dataType, nullable, metadata }: StructField): JsonType {
  const collations = Object.fromEntries(collationsOf(dataType, name));
  const hasCollations = Object.keys(collations).length > 0;
  return {
    name,
    type: write(dataType, true),
    nullable,
    metadata: hasCollations ? { ...metadata, [COLLATIONS_KEY]: collations } : metadata,
  };
}

/** Paths like `tags.element` of the collated strings under a column; a nested struct's columns keep their own. */
function collationsOf(type: DataType, path: string): Array<[string, string]> {
  switch (type.kind) {
    case 'string':
      if (type.collation === undefined) return [];
      return [[path, `${type.collation.startsWith('UTF8_') ? 'spark' : 'icu'}.${type.collation}`]];
    case 'array':
      return collationsOf(type.elementType, `${path}.element`);
    case 'map':
      return [...collationsOf(type.keyType, `${path}.key`), ...collationsOf(type.valueType, `${path}.value`)];
    default:
      return [];
  }
}
