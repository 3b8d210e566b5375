/** Validity bits of a column, least significant first. There are none before the first null. */
export class Validity {
  #bits: Uint8Array | undefined;
  length = 0;
  nullCount = 0;

  appendValid(): void {
    // What lies beyond the last null is filled with ones.
    this.length++;
  }

  appendNull(): void {
    const bits = this.#withRoom(this.length + 1);
    const byte = this.length >> 3;
    bits[byte] = (bits[byte] ?? 0) & ~(1 << (this.length & 7));
    this.nullCount++;
    this.length++;
  }

  finish(): { length: number; nullCount: number; nullBitmap: Uint8Array } {
    const { length, nullCount } = this;
    const nullBitmap = nullCount === 0 ? new Uint8Array(0) : this.#withRoom(length).subarray(0, (length + 7) >> 3);
    return { length, nullCount, nullBitmap };
  }

  /** Begins anew. */
  reset(): void {
    if (this.nullCount > 0) this.#bits?.fill(255);
    this.length = 0;
    this.nullCount = 0;
  }

  #withRoom(length: number): Uint8Array {
    const needed = (length + 7) >> 3;
    if (this.#bits !== undefined && this.#bits.length >= needed) return this.#bits;
    const grown = new Uint8Array(Math.max(64, needed * 2)).fill(255);
    if (this.#bits !== undefined) grown.set(this.#bits);
    this.#bits = grown;
    return grown;
  }
}
