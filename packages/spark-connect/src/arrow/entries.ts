import { DataType as ArrowType, Binary, type Data, makeData, Utf8 } from 'apache-arrow';
import { isBitSet, nullTest, viewOf } from './buffers.ts';
import { Validity } from './validity.ts';
import { bytesReader } from './variable-width.ts';

/** The bytes of one value, or null. */
export type Entry = Uint8Array | null;

const MAX_OFFSET = 2 ** 31 - 1;
const TRUE = Uint8Array.of(1);
const FALSE = Uint8Array.of(0);

/** The type of a column that is laid out anew: with values of any length, their short layout; else the same. */
export function laidOutType(type: ArrowType): ArrowType {
  if (isText(type)) return new Utf8();
  return isBytes(type) ? new Binary() : type;
}

/** Whether a type has no inner ones, so that its values are nothing but bytes. */
export function isFlat(type: ArrowType): boolean {
  return isText(type) || isBytes(type) || ArrowType.isBool(type) || isFixedWidth(type);
}

/** The values of a flat column, which look into its buffers. */
export function entriesOf(data: Data): Entry[] {
  const isNull = nullTest(data);
  const read = readerOf(data);
  return Array.from({ length: data.length }, (_, index) => (isNull?.(index) ? null : read(index)));
}

/** A column of values, in the layout of {@link laidOutType}. @throws RangeError where they are too large for one */
export function layOut(type: ArrowType, entries: readonly Entry[]): Data {
  const validity = new Validity();
  for (const entry of entries) {
    if (entry === null) validity.appendNull();
    else validity.appendValid();
  }
  const laidOut = laidOutType(type);
  return makeData({ type: laidOut, ...validity.finish(), ...buffersOf(laidOut, entries) });
}

function buffersOf(type: ArrowType, entries: readonly Entry[]): { data: ArrayBufferView; valueOffsets?: Int32Array } {
  if (isText(type) || isBytes(type)) return withOffsets(entries);
  if (ArrowType.isBool(type)) return { data: packed(entries) };
  const array: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): ArrayBufferView } = type.ArrayType;
  const width = array.BYTES_PER_ELEMENT * makeData({ type, length: 0 }).stride;
  const bytes = new Uint8Array(entries.length * width);
  for (let row = 0; row < entries.length; row++) bytes.set(entries[row] ?? [], row * width);
  return { data: new array(bytes.buffer) };
}

function withOffsets(entries: readonly Entry[]): { data: Uint8Array; valueOffsets: Int32Array } {
  const valueOffsets = new Int32Array(entries.length + 1);
  let end = 0;
  for (let row = 0; row < entries.length; row++) {
    end += entries[row]?.byteLength ?? 0;
    if (end > MAX_OFFSET) throw new RangeError('a column of a batch holds 2 GiB at most: make smaller batches');
    valueOffsets[row + 1] = end;
  }
  const data = new Uint8Array(end);
  for (let row = 0; row < entries.length; row++) data.set(entries[row] ?? [], valueOffsets[row]);
  return { data, valueOffsets };
}

function packed(entries: readonly Entry[]): Uint8Array {
  const bits = new Uint8Array((entries.length + 7) >> 3);
  for (let row = 0; row < entries.length; row++) {
    if (entries[row]?.[0]) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return bits;
}

function readerOf(data: Data): (index: number) => Uint8Array {
  const { type, offset, length, stride } = data;
  if (isText(type) || isBytes(type)) return bytesReader(data);
  if (ArrowType.isBool(type)) {
    const bits = viewOf(Uint8Array, data.values, (offset + length + 7) >> 3);
    return (index) => (isBitSet(bits, offset + index) ? TRUE : FALSE);
  }
  const width = (data.values?.BYTES_PER_ELEMENT ?? 0) * stride;
  const bytes = viewOf(Uint8Array, data.values, length * width);
  return (index) => bytes.subarray(index * width, (index + 1) * width);
}

function isText(type: ArrowType): boolean {
  return ArrowType.isUtf8(type) || ArrowType.isLargeUtf8(type) || ArrowType.isUtf8View(type);
}

function isBytes(type: ArrowType): boolean {
  return ArrowType.isBinary(type) || ArrowType.isLargeBinary(type) || ArrowType.isBinaryView(type);
}

function isFixedWidth(type: ArrowType): boolean {
  return (
    ArrowType.isInt(type) ||
    ArrowType.isFloat(type) ||
    ArrowType.isDecimal(type) ||
    ArrowType.isDate(type) ||
    ArrowType.isTime(type) ||
    ArrowType.isTimestamp(type) ||
    ArrowType.isInterval(type) ||
    ArrowType.isDuration(type) ||
    ArrowType.isFixedSizeBinary(type)
  );
}
