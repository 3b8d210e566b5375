import { expect } from 'chai';
import { SHORT_TEXT_BYTES, ShortTexts } from '../../../src/arrow/short-texts.ts';

describe('ShortTexts', () => {
  /** Reads texts one after the other; tells how many had to be made. */
  function readAll(texts: ShortTexts, values: readonly string[]): number {
    const buffer = Buffer.from(`${values.join('')}\0\0\0`);
    const words = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let made = 0;
    let from = 0;
    for (const value of values) {
      const length = Buffer.byteLength(value);
      const text = texts.read(words, from, length, (start, end) => {
        made++;
        return buffer.toString('utf8', start, end);
      });
      expect(text).to.equal(value);
      from += length;
    }
    return made;
  }

  it('makes each text once, whatever follows it', () => {
    const values = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'ä', 'x'.repeat(SHORT_TEXT_BYTES)];
    const texts = new ShortTexts();
    expect(readAll(texts, values)).to.equal(values.length - 1);
    expect(readAll(texts, values.toReversed())).to.equal(0);
  });

  it('makes hardly any text twice while there is room, and all right ones where there is none', () => {
    const some = Array.from({ length: 6000 }, (_, i) => `ward ${i % 500}`);
    expect(readAll(new ShortTexts(), some)).to.be.within(500, 600);
    const numbers = Array.from({ length: 9000 }, (_, i) => `patient ${i}`);
    const texts = new ShortTexts();
    expect(readAll(texts, numbers)).to.equal(9000);
    expect(readAll(texts, numbers)).to.be.within(4000, 9000);
  });
});
