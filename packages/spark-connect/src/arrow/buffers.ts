import type { Data } from 'apache-arrow';

interface ViewConstructor<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
}

/**
 * Looks at an Arrow buffer as elements of one type, without a copy where its start is aligned.
 *
 * @param count elements that must be there
 * @throws RangeError where the buffer is too short
 */
export function viewOf<A>(view: ViewConstructor<A>, source: ArrayBufferView | undefined, count: number): A {
  const size = view.BYTES_PER_ELEMENT;
  const available = Math.floor((source?.byteLength ?? 0) / size);
  if (available < count) throw new RangeError(`the buffer holds ${available} values instead of ${count}`);
  if (!source) return new view(new ArrayBuffer(0), 0, 0);
  const { buffer, byteOffset } = source;
  if (byteOffset % size === 0) return new view(buffer, byteOffset, available);
  return new view(buffer.slice(byteOffset, byteOffset + available * size), 0, available);
}

/** A column's values as elements of one type. `stride`: elements of each value. */
export function valuesOf<A>(view: ViewConstructor<A>, data: Data, stride = 1): A {
  const values: ArrayBufferView | undefined = data.values;
  return viewOf(view, values, data.length * stride);
}

/** Where each value of a variable-length column starts and ends, as numbers also for the types with 64-bit offsets. */
export function offsetsOf(data: Data): Int32Array | Float64Array {
  const source: ArrayBufferView | undefined = data.valueOffsets;
  // A column without rows may come without offsets.
  const count = data.length === 0 ? 0 : data.length + 1;
  if (source instanceof BigInt64Array) {
    return Float64Array.from(viewOf(BigInt64Array, source, count), Number);
  }
  return viewOf(Int32Array, source, count);
}

/** Whether a bit of a bitmap (least significant first) is set. */
export function isBitSet(bits: Uint8Array, index: number): boolean {
  return (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** Tells a column's nulls; undefined where it has none. */
export function nullTest(data: Data): ((index: number) => boolean) | undefined {
  const bitmap: Uint8Array | null | undefined = data.nullBitmap;
  if (!bitmap || bitmap.byteLength === 0) return undefined;
  const { offset } = data;
  viewOf(Uint8Array, bitmap, (offset + data.length + 7) >> 3);
  return (index) => !isBitSet(bitmap, offset + index);
}
