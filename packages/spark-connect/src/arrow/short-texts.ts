/** Longer texts are not looked up. */
export const SHORT_TEXT_BYTES = 32;
const WORD_BYTES = 4;
const KEY_WORDS = SHORT_TEXT_BYTES / WORD_BYTES;

const SLOTS = 4096;
/** A text may be in any of so many slots, which lie side by side: few are pushed out before the table is full. */
const WAYS = 8;
const SET_BITS = Math.log2(SLOTS / WAYS);
/** A tag's lowest bits are its text's length, so that texts of one tag have one length, and none has the tag of an empty slot. */
const LENGTH_BITS = Math.ceil(Math.log2(SHORT_TEXT_BYTES + 1));

/**
 * One string for equal short texts, found by their bytes: columns of codes, states and names repeat theirs. A string that is there
 * already need not be made, kept, and gone through by V8's collector. It holds on to 4096 at most.
 */
export class ShortTexts {
  readonly #tags = new Int32Array(SLOTS);
  readonly #keys = new Int32Array(SLOTS * KEY_WORDS);
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');
  #pushedOut = 0;

  /**
   * The text at a place of a column's bytes.
   *
   * @param bytes where the text is
   * @param from where the text begins
   * @param length in bytes, up to {@link SHORT_TEXT_BYTES}
   * @param make reads the text, where it is not known
   */
  read(bytes: DataView, from: number, length: number, make: (from: number, to: number) => string): string {
    if (length <= 0) return '';
    // Words up to the last four bytes, which may overlap with the word before: nothing is read beyond the text, and nothing masked.
    const last = from + length - WORD_BYTES;
    const lastWord = length < WORD_BYTES ? fewBytes(bytes, from, length) : bytes.getInt32(last, true);
    let hash = mixed(lastWord);
    for (let at = from; at < last; at += WORD_BYTES) hash = mixed(hash ^ bytes.getInt32(at, true));
    hash = mixed(hash);

    const tags = this.#tags;
    const tag = (hash << LENGTH_BITS) | length;
    const set = (hash >>> (32 - SET_BITS)) * WAYS;
    let slot = set;
    for (; slot < set + WAYS && tags[slot] !== 0; slot++) {
      if (tags[slot] === tag && this.#holds(slot, bytes, from, last, lastWord)) return this.#texts[slot] ?? '';
    }
    if (slot === set + WAYS) slot = set + (this.#pushedOut++ % WAYS);
    const text = make(from, from + length);
    tags[slot] = tag;
    this.#texts[slot] = text;
    this.#keep(slot, bytes, from, last, lastWord);
    return text;
  }

  #holds(slot: number, bytes: DataView, from: number, last: number, lastWord: number): boolean {
    const keys = this.#keys;
    let key = slot * KEY_WORDS;
    if (keys[key] !== lastWord) return false;
    for (let at = from; at < last; at += WORD_BYTES) {
      if (keys[++key] !== bytes.getInt32(at, true)) return false;
    }
    return true;
  }

  #keep(slot: number, bytes: DataView, from: number, last: number, lastWord: number): void {
    const keys = this.#keys;
    let key = slot * KEY_WORDS;
    keys[key] = lastWord;
    for (let at = from; at < last; at += WORD_BYTES) keys[++key] = bytes.getInt32(at, true);
  }
}

function fewBytes(bytes: DataView, from: number, length: number): number {
  let word = 0;
  for (let at = from; at < from + length; at++) word = (word << 8) | bytes.getUint8(at);
  return word;
}

/** Multiplying spreads bits upwards, shifting brings them down again. */
function mixed(hash: number): number {
  const product = Math.imul(hash, 0x9e3779b1);
  return product ^ (product >>> 15);
}
