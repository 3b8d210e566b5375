import { type Data, Type } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import {
  type DataType,
  Geography,
  Geometry,
  type GeoType,
  type StructType,
  simpleString,
  types as T,
  Variant,
} from '../types/index.ts';
import { offsetsOf } from './buffers.ts';
import { type ColumnReader, type Decoder, decoder, isOneOf } from './decoder.ts';
import { fixedWidthDecoder } from './fixed-width.ts';
import { rowShape } from './row-shape.ts';
import { bytesDecoder, textDecoder } from './variable-width.ts';

const isList = isOneOf(Type.List, Type.LargeList);
const isStruct = isOneOf(Type.Struct);

/**
 * Chooses how a column is read, from Spark's type alone.
 *
 * @throws SparkConnectError `decode` for a type that cannot be read, naming the column
 */
export function chooseDecoder(path: string, type: DataType): Decoder {
  const fixed = fixedWidthDecoder(path, type);
  if (fixed) return fixed;
  switch (type.kind) {
    case 'string':
    case 'char':
    case 'varchar':
      return textDecoder(path, type);
    case 'binary':
      return bytesDecoder(path, type);
    case 'array':
      return arrayDecoder(path, type, chooseDecoder(`${path}.element`, type.elementType));
    case 'map':
      return mapDecoder(
        path,
        type,
        chooseDecoder(`${path}.key`, type.keyType),
        chooseDecoder(`${path}.value`, type.valueType),
      );
    case 'struct':
      return structDecoder(path, type);
    case 'variant':
      return variantDecoder(path, type);
    case 'geometry':
    case 'geography':
      return shapeDecoder(path, type);
    case 'udt':
      if (type.sqlType) return chooseDecoder(path, type.sqlType);
      break;
  }
  throw new SparkConnectError('decode', `column ${path}: values of type ${simpleString(type)} cannot be read yet`);
}

function arrayDecoder(path: string, type: DataType, element: Decoder): Decoder {
  return decoder(path, type, isList, (data) => {
    const offsets = offsetsOf(data);
    const { get } = element.bind(child(data, 0));
    return (index) => {
      const from = offsets[index] ?? 0;
      const to = offsets[index + 1] ?? 0;
      const values = new Array<unknown>(to - from);
      for (let i = from; i < to; i++) values[i - from] = get(i);
      return values;
    };
  });
}

function mapDecoder(path: string, type: DataType, key: Decoder, value: Decoder): Decoder {
  return decoder(path, type, isOneOf(Type.Map), (data) => {
    const offsets = offsetsOf(data);
    const entries = child(data, 0);
    const { get: getKey } = key.bind(child(entries, 0));
    const { get: getValue } = value.bind(child(entries, 1));
    return (index) => {
      const map = new Map<unknown, unknown>();
      const to = offsets[index + 1] ?? 0;
      for (let i = offsets[index] ?? 0; i < to; i++) map.set(getKey(i), getValue(i));
      return map;
    };
  });
}

function structDecoder(path: string, type: StructType): Decoder {
  const shape = rowShape(type);
  const decoders = type.fields.map(({ name, dataType }) => chooseDecoder(`${path}.${name}`, dataType));
  return decoder(path, type, isStruct, (data) => shape(bindChildren(data, decoders)).read);
}

/** Spark sends a variant as a struct of two binary columns, `value` and `metadata`. */
function variantDecoder(path: string, type: DataType): Decoder {
  const value = bytesDecoder(`${path}.value`, type);
  const metadata = bytesDecoder(`${path}.metadata`, type);
  return decoder(path, type, isStruct, (data) => {
    const { get: getValue } = value.bind(child(data, 0));
    const { get: getMetadata } = metadata.bind(child(data, 1));
    return (index) => new Variant(asBytes(getValue(index)), asBytes(getMetadata(index)));
  });
}

/** Spark sends a shape as a struct of `srid` and `wkb`. */
function shapeDecoder(path: string, type: GeoType): Decoder {
  const srid = chooseDecoder(`${path}.srid`, T.int());
  const wkb = bytesDecoder(`${path}.wkb`, T.binary());
  const Shape = type.kind === 'geometry' ? Geometry : Geography;
  return decoder(path, type, isStruct, (data) => {
    const { get: getSrid } = srid.bind(child(data, 0));
    const { get: getWkb } = wkb.bind(child(data, 1));
    return (index) => new Shape(asBytes(getWkb(index)), Number(getSrid(index)));
  });
}

function bindChildren(data: Data, decoders: readonly Decoder[]): ColumnReader[] {
  if (data.children.length !== decoders.length) {
    throw new RangeError(`${data.children.length} inner columns came instead of ${decoders.length}`);
  }
  return decoders.map((decoder, index) => decoder.bind(child(data, index)));
}

function child(data: Data, index: number): Data {
  const found = data.children[index];
  if (!found) throw new RangeError('an inner column is missing');
  return found;
}

function asBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
