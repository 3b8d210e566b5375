import { Buffer, isAscii } from 'node:buffer';
import { type Data, Type } from 'apache-arrow';
import type { DataType } from '../types/index.ts';
import { offsetsOf, viewOf } from './buffers.ts';
import { type Decoder, decoder, type Getter, isOneOf } from './decoder.ts';
import { SHORT_TEXT_BYTES, ShortTexts } from './short-texts.ts';

// Offsets into one buffer, or views (16 bytes each) into several:
// https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout and …#variable-size-binary-view-layout

/** Up to here V8 copies a substring; a longer one would keep the text of its whole column alive. */
const COPIED_SUBSTRING_LENGTH = 12;
/** So many texts of a column show whether they repeat. */
const TRIAL_TEXTS = 4096;
/** One for all: rows are read from column to column, and with a table for each the processor's cache would hold none. */
const SHORT_TEXTS = new ShortTexts();

const isText = isOneOf(Type.Utf8, Type.LargeUtf8, Type.Utf8View);
const isBytes = isOneOf(Type.Binary, Type.LargeBinary, Type.BinaryView);

/** A decoder for text. */
export function textDecoder(path: string, type: DataType): Decoder {
  let lookedUp = 0;
  let made = 0;
  return decoder(path, type, isText, (data) => {
    if (data.typeId === Type.Utf8View) return bindTextView(data);
    const isRepeating = lookedUp < TRIAL_TEXTS || made < lookedUp / 2;
    if (isRepeating) lookedUp += data.length - data.nullCount;
    return bindText(data, isRepeating, () => made++);
  });
}

/** A decoder for bytes, each value a copy, so that it does not keep the whole message alive. */
export function bytesDecoder(path: string, type: DataType): Decoder {
  return decoder(path, type, isBytes, (data) => {
    const bytesAt = bytesReader(data);
    return (index) => new Uint8Array(bytesAt(index));
  });
}

function bindText(data: Data, isRepeating: boolean, noteMade: () => void): Getter {
  const offsets = offsetsOf(data);
  const buffer = toBuffer(data.values);
  const start = offsets[0] ?? 0;
  const end = offsets[data.length] ?? 0;
  checkEnd(end, buffer.length);
  const average = (end - start) / data.length;
  const encoding = isAscii(buffer.subarray(start, end)) ? 'latin1' : 'utf8';
  const isLookedUp = isRepeating && average <= SHORT_TEXT_BYTES;
  // One call into V8 for the whole column, then cheap substrings.
  const isCut = !isLookedUp && encoding === 'latin1' && average <= COPIED_SUBSTRING_LENGTH;
  const all = isCut ? buffer.toString('latin1', start, end) : '';
  const bytes = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const make = (from: number, to: number) => {
    noteMade();
    return buffer.toString(encoding, from, to);
  };
  // One function for every way to read: what V8 has compiled for the first batches stays as it is when the way changes.
  return (index) => {
    const from = offsets[index] ?? 0;
    const to = offsets[index + 1] ?? 0;
    const length = to - from;
    if (isLookedUp && length <= SHORT_TEXT_BYTES) return SHORT_TEXTS.read(bytes, from, length, make);
    if (isCut && length <= COPIED_SUBSTRING_LENGTH) return all.substring(from - start, to - start);
    return buffer.toString(encoding, from, to);
  };
}

function bindTextView(data: Data): (index: number) => string {
  const bytesAt = bytesReader(data);
  return (index) => {
    const bytes = bytesAt(index);
    return toBuffer(bytes).toString('utf8');
  };
}

/** The bytes of each text or value of a column, which look into its buffers. */
export function bytesReader(data: Data): (index: number) => Uint8Array {
  return data.typeId === Type.Utf8View || data.typeId === Type.BinaryView ? viewReader(data) : offsetReader(data);
}

function offsetReader(data: Data): (index: number) => Uint8Array {
  const offsets = offsetsOf(data);
  const bytes = viewOf(Uint8Array, data.values, offsets[data.length] ?? 0);
  return (index) => bytes.subarray(offsets[index], offsets[index + 1]);
}

/** A view: int32 length, then up to 12 bytes, or 4 bytes of prefix, int32 buffer, int32 offset. */
function viewReader(data: Data): (index: number) => Uint8Array {
  const views = viewOf(Uint8Array, data.values, data.length * 16);
  const words = new DataView(views.buffer, views.byteOffset, views.byteLength);
  const { variadicBuffers } = data;
  return (index) => {
    const at = index * 16;
    const length = words.getInt32(at, true);
    if (length <= 12) return views.subarray(at + 4, at + 4 + length);
    const offset = words.getInt32(at + 12, true);
    return viewOf(Uint8Array, variadicBuffers[words.getInt32(at + 8, true)], offset + length).subarray(
      offset,
      offset + length,
    );
  };
}

function toBuffer(values: ArrayBufferView | undefined): Buffer {
  if (!values) return Buffer.alloc(0);
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function checkEnd(end: number, available: number): void {
  if (end > available) throw new RangeError(`the buffer holds ${available} bytes instead of ${end}`);
}
