import { expect } from 'chai';
import { decodeLz4Frame } from '../../../src/arrow/lz4-frame.ts';

/** A frame without checksums around blocks. */
function frame(...blocks: readonly (readonly number[] | { readonly stored: readonly number[] })[]): Uint8Array {
  const bytes = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
  for (const block of blocks) {
    const data = 'stored' in block ? block.stored : block;
    bytes.push(data.length & 0xff, data.length >> 8, 0, 'stored' in block ? 0x80 : 0, ...data);
  }
  return Uint8Array.from([...bytes, 0, 0, 0, 0]);
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const codes = (letters: string) => [...Buffer.from(letters, 'latin1')];

describe('LZ4 frames', () => {
  it('hold literals, stored blocks, and matches that overlap themselves', () => {
    expect(text(decodeLz4Frame(frame({ stored: codes('plain') })))).to.equal('plain');
    // 3 literals, then 6 bytes from 3 back, then 2 literals.
    expect(text(decodeLz4Frame(frame([0x32, ...codes('abc'), 3, 0, 0x20, ...codes('xy')])))).to.equal('abcabcabcxy');
    expect(text(decodeLz4Frame(frame([0x1f, ...codes('a'), 1, 0, 255, 10, 0x10, ...codes('b')])))).to.equal(
      `${'a'.repeat(1 + 4 + 15 + 255 + 10)}b`,
    );
    const long = 'x'.repeat(300);
    expect(text(decodeLz4Frame(frame([0xf0, 255, 300 - 15 - 255, ...codes(long)])))).to.equal(long);
  });

  it('refer from one block to the one before', () => {
    expect(text(decodeLz4Frame(frame({ stored: codes('abcd') }, [0x00, 4, 0, 0x10, ...codes('!')])))).to.equal(
      'abcdabcd!',
    );
    expect(decodeLz4Frame(frame()).byteLength).to.equal(0);
  });

  it('may be missing where there is nothing to hold', () => {
    expect(decodeLz4Frame(new Uint8Array(0)).byteLength).to.equal(0);
  });

  it('are refused where they are damaged', () => {
    expect(() => decodeLz4Frame(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).to.throw(RangeError, 'no LZ4 frame');
    expect(() => decodeLz4Frame(frame([0x00, 9, 0, 0x10, 33]))).to.throw(RangeError, 'before its beginning');
    expect(() => decodeLz4Frame(frame([0xf0, 255]))).to.throw(RangeError, 'cut off');
    expect(() => decodeLz4Frame(frame({ stored: codes('plain') }).subarray(0, 12))).to.throw(RangeError);
  });
});
