import type { Data } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import { type DataType, simpleString } from '../types/index.ts';
import { valuesOf } from './buffers.ts';

/** Values of one width, one after the other. */
export type NumericArray = Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

type NumericArrayConstructor =
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | BigInt64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

const ARRAYS: Readonly<Partial<Record<DataType['kind'], NumericArrayConstructor>>> = {
  byte: Int8Array,
  short: Int16Array,
  integer: Int32Array,
  long: BigInt64Array,
  float: Float32Array,
  double: Float64Array,
  date: Int32Array,
  timestamp: BigInt64Array,
  timestampNtz: BigInt64Array,
  time: BigInt64Array,
  dayTimeInterval: BigInt64Array,
  yearMonthInterval: Int32Array,
};

/** The values as they came, without a copy where they are aligned. @throws SparkConnectError `unsupported` */
export function typedValues(name: string, type: DataType, data: Data): NumericArray {
  const values: NumericArray = valuesOf<NumericArray>(arrayOf(name, type), data);
  return values.subarray(0, data.length);
}

/** The values of several batches in one array. @throws SparkConnectError `unsupported` */
export function joinedValues(name: string, type: DataType, parts: readonly NumericArray[]): NumericArray {
  const all = new (arrayOf(name, type))(parts.reduce((sum, part) => sum + part.length, 0));
  const bytes = new Uint8Array(all.buffer);
  let end = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), end);
    end += part.byteLength;
  }
  return all;
}

function arrayOf(name: string, type: DataType): NumericArrayConstructor {
  const array = ARRAYS[type.kind];
  if (array !== undefined) return array;
  throw new SparkConnectError(
    'unsupported',
    `column ${name}: no typed array holds ${simpleString(type)}: use toArray()`,
  );
}
