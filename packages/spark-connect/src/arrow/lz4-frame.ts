/**
 * LZ4 frames, as Arrow compresses buffers.
 *
 *     frame    = magic (4) · FLG · BD · [content size (8)] · [dictionary id (4)] · header checksum (1) · block* · end mark (4) · [checksum (4)]
 *     block    = size (4, high bit: stored as it is) · data · [checksum (4)]
 *     data     = sequence*; sequence = token · [length+] · literals · offset (2) · [length+]
 *
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and …/lz4_Block_format.md
 */
const MAGIC = 0x184d2204;
const STORED = 0x80000000;
/** A match is at least so long; the token counts from there. */
const SHORTEST_MATCH = 4;

/**
 * What a frame holds; of no bytes, none: Spark writes a buffer without values as its length alone.
 *
 * @throws RangeError where the bytes are no whole frame
 */
export function decodeLz4Frame(frame: Uint8Array): Uint8Array {
  if (frame.byteLength === 0) return frame;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('this is no LZ4 frame');
  const flags = view.getUint8(4);
  const blockChecksum = (flags & 0x10) !== 0;
  const contentSize = (flags & 0x08) !== 0;
  if ((flags & 0x01) !== 0) throw new RangeError('LZ4 frames with a dictionary cannot be read');
  const output = new Output(contentSize ? Number(view.getBigUint64(6, true)) : frame.byteLength * 4);
  let at = contentSize ? 15 : 7;
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return output.finish();
    const length = size & ~STORED;
    const block = frame.subarray(at, at + length);
    if (block.byteLength < length) throw new RangeError('the LZ4 frame is cut off');
    if ((size & STORED) !== 0) output.append(block);
    else decodeBlock(block, output);
    at += length + (blockChecksum ? 4 : 0);
  }
}

function decodeBlock(block: Uint8Array, output: Output): void {
  let at = 0;
  const next = (): number => {
    const byte = block[at++];
    if (byte === undefined) throw new RangeError('the LZ4 block is cut off');
    return byte;
  };
  /** 15 in the token means: more bytes follow, up to the first below 255. */
  const length = (token: number): number => {
    if (token < 15) return token;
    let total = token;
    for (let byte = 255; byte === 255; total += byte) byte = next();
    return total;
  };
  while (at < block.byteLength) {
    const token = next();
    const literals = length(token >> 4);
    if (at + literals > block.byteLength) throw new RangeError('the LZ4 block is cut off');
    output.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence has literals only.
    if (at === block.byteLength) return;
    const offset = next() | (next() << 8);
    output.repeat(offset, length(token & 0x0f) + SHORTEST_MATCH);
  }
}

/** Bytes that are appended, and repeated from before. */
class Output {
  #bytes: Uint8Array;
  #length = 0;

  constructor(expected: number) {
    this.#bytes = new Uint8Array(expected);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  repeat(offset: number, count: number): void {
    const from = this.#length - offset;
    if (offset === 0 || from < 0) throw new RangeError('the LZ4 block refers to bytes before its beginning');
    this.#reserve(count);
    if (offset >= count) this.#bytes.copyWithin(this.#length, from, from + count);
    // A match may overlap what it writes: it then repeats itself.
    else for (let i = 0; i < count; i++) this.#bytes[this.#length + i] = this.#bytes[from + i] ?? 0;
    this.#length += count;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(this.#bytes.byteLength * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
