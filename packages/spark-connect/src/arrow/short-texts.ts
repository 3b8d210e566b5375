/** Longer texts are not looked up. */
export const SHORT_TEXT_BYTES = 32;
const WORD_BYTES = 4;

const SLOTS = 4096;
/** A slot's key: its text's length and words. */
const KEY_WORDS = 1 + SHORT_TEXT_BYTES / WORD_BYTES;

/**
 * One string for equal short texts, found by their bytes: columns of codes, states and names repeat theirs. A string that is there
 * already need not be made, kept, and gone through by V8's collector. It holds on to the last 4096 at most.
 */
export class ShortTexts {
  readonly #texts: string[] = new Array<string>(SLOTS).fill('');
  readonly #keys = new Int32Array(SLOTS * KEY_WORDS);

  /**
   * The text at a place of a column's bytes.
   *
   * @param words the bytes, up to the end of the text's last word of four
   * @param from where the text begins
   * @param length in bytes, up to {@link SHORT_TEXT_BYTES}
   * @param make reads the text, where it is not known
   */
  read(words: DataView, from: number, length: number, make: (from: number, to: number) => string): string {
    const slot = slotOf(words, from, length);
    if (this.#holds(slot, words, from, length)) return this.#texts[slot] ?? '';
    // A second place, since two texts of one slot would push each other out for ever.
    const second = slot ^ 1;
    if (this.#holds(second, words, from, length)) return this.#texts[second] ?? '';
    const text = make(from, from + length);
    this.#keep(this.#keys[second * KEY_WORDS] === 0 ? second : slot, words, from, length, text);
    return text;
  }

  #holds(slot: number, words: DataView, from: number, length: number): boolean {
    const keys = this.#keys;
    let at = slot * KEY_WORDS;
    if (keys[at] !== length) return false;
    for (let read = 0; read < length; read += WORD_BYTES) {
      if (keys[++at] !== wordAt(words, from, read, length)) return false;
    }
    return true;
  }

  #keep(slot: number, words: DataView, from: number, length: number, text: string): void {
    const keys = this.#keys;
    let at = slot * KEY_WORDS;
    keys[at] = length;
    for (let read = 0; read < length; read += WORD_BYTES) keys[++at] = wordAt(words, from, read, length);
    this.#texts[slot] = text;
  }
}

/** Four bytes of a text, of its last ones those that are its own. */
function wordAt(words: DataView, from: number, read: number, length: number): number {
  const word = words.getInt32(from + read, true);
  const left = length - read;
  return left >= WORD_BYTES ? word : word & ((1 << (left * 8)) - 1);
}

function slotOf(words: DataView, from: number, length: number): number {
  let hash = length;
  for (let read = 0; read < length; read += WORD_BYTES) {
    hash = mixed(hash ^ wordAt(words, from, read, length));
  }
  return mixed(hash) & (SLOTS - 1);
}

/** Multiplying spreads bits upwards, shifting brings them down again. */
function mixed(hash: number): number {
  const product = Math.imul(hash, 0x9e3779b1);
  return product ^ (product >>> 15);
}
