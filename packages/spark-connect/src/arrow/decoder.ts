import { type Data, Type } from 'apache-arrow';
import { SparkConnectError } from '../errors.ts';
import { type DataType, simpleString } from '../types/index.ts';
import { nullTest } from './buffers.ts';

/** Reads the value of one row. */
export type Getter = (index: number) => unknown;

/** Tells of one row. */
export type NullTest = (index: number) => boolean;

/** Reads a column of one record batch. */
export interface ColumnReader {
  /** The value of a row, null where it is null. */
  readonly get: Getter;
  readonly isNull: NullTest;
  /** The value of a row that is not null. */
  readonly getValue: Getter;
}

/** Binds a column's decoder to the buffers of one record batch. The getter is not asked for nulls. */
export type Bind = (data: Data) => Getter;

/** How one Spark type is read: chosen once for each column. */
export interface Decoder {
  /** Column, with the path into it, e.g. `address.city`. */
  readonly path: string;
  readonly type: DataType;
  bind(data: Data): ColumnReader;
}

/** A decoder that takes Arrow data of certain types only. */
export function decoder(path: string, type: DataType, accepts: (data: Data) => boolean, bind: Bind): Decoder {
  return {
    path,
    type,
    bind(data) {
      if (!accepts(data)) {
        throw new SparkConnectError(
          'decode',
          `column ${path}: Spark's ${simpleString(type)} came as Arrow's ${data.type}, which cannot be read`,
        );
      }
      try {
        return readerOf(data, bind(data));
      } catch (error) {
        if (error instanceof SparkConnectError) throw error;
        const why = error instanceof Error ? error.message : String(error);
        throw new SparkConnectError('decode', `column ${path}: ${why}`, { cause: error });
      }
    },
  };
}

/** Whether Arrow's type is one of these. */
export function isOneOf(...typeIds: readonly Type[]): (data: Data) => boolean {
  return (data) => typeIds.includes(data.typeId);
}

function readerOf(data: Data, getValue: Getter): ColumnReader {
  if (data.typeId === Type.Null) return { get: getValue, isNull: () => true, getValue };
  const isNull = nullTest(data);
  if (!isNull) return { get: getValue, isNull: never, getValue };
  return { get: (index) => (isNull(index) ? null : getValue(index)), isNull, getValue };
}

function never(): boolean {
  return false;
}
