import { readVariant, type VariantValue } from './variant-reader.ts';

/**
 * A value of Spark's VARIANT type, in its binary form.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.VariantVal.html
 */
export class Variant {
  /** The value as Spark stores it. @see https://github.com/apache/parquet-format/blob/master/VariantEncoding.md */
  readonly value: Uint8Array;
  /** The names of the fields, as Spark stores them. */
  readonly metadata: Uint8Array;

  constructor(value: Uint8Array, metadata: Uint8Array) {
    this.value = value;
    this.metadata = metadata;
  }

  /**
   * What it holds, unpacked: plain objects, arrays, and values in the forms that rows have.
   *
   * @throws SparkConnectError `decode` for bytes that are no variant
   */
  unpack(): VariantValue {
    return readVariant(this.value, this.metadata);
  }

  /** For JSON.stringify: a bigint becomes a number where nothing is lost, and text otherwise. */
  toJSON(): unknown {
    return jsonOf(this.unpack());
  }
}

function jsonOf(value: VariantValue): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonOf(inner)]));
}
