import { expect } from 'chai';
import { SHORT_TEXT_BYTES, ShortTexts } from '../../../src/arrow/short-texts.ts';

describe('ShortTexts', () => {
  /** Reads texts one after the other; tells how many had to be made. */
  function readAll(texts: ShortTexts, values: readonly string[]): number {
    const buffer = Buffer.from(values.join(''));
    const bytes = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let made = 0;
    let from = 0;
    for (const value of values) {
      const length = Buffer.byteLength(value);
      const text = texts.read(bytes, from, length, (start, end) => {
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

  it('tells texts apart by every byte of theirs', () => {
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 31, SHORT_TEXT_BYTES]) {
      const different = Array.from({ length }, (_, at) => `${'-'.repeat(at)}+${'-'.repeat(length - at - 1)}`);
      const texts = new ShortTexts();
      expect(readAll(texts, different), `${length} bytes`).to.equal(length);
      expect(readAll(texts, different), `${length} bytes`).to.equal(0);
    }
  });

  it('makes hardly any text twice while there is room, and all right ones where there is none', () => {
    for (const name of ['', 'ward ', 'department ', 'Station für Innere Medizin ']) {
      const some = Array.from({ length: 6000 }, (_, i) => `${name}${i % 1000}`);
      expect(readAll(new ShortTexts(), some), name).to.be.within(1000, 1100);
    }
    const numbers = Array.from({ length: 9000 }, (_, i) => `patient ${i}`);
    const texts = new ShortTexts();
    expect(readAll(texts, numbers)).to.equal(9000);
    expect(readAll(texts, numbers)).to.be.within(4000, 9000);
  });
});
