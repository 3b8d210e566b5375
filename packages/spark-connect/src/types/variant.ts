/** A value of Spark's VARIANT type in its binary form; it is not unpacked here. */
export class Variant {
  /** @see https://github.com/apache/parquet-format/blob/master/VariantEncoding.md */
  readonly value: Uint8Array;
  readonly metadata: Uint8Array;

  constructor(value: Uint8Array, metadata: Uint8Array) {
    this.value = value;
    this.metadata = metadata;
  }
}
