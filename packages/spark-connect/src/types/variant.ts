import { Buffer } from 'node:buffer';
import { Decimal } from './decimal.ts';
import { showAsText } from './shown.ts';
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

  /**
   * For JSON.stringify: numbers where nothing is lost and otherwise their text, bytes as base64, dates and times as
   * their text.
   *
   * @throws SparkConnectError `decode` for bytes that are no variant
   */
  toJSON(): unknown {
    return jsonOf(this.unpack());
  }

  /**
   * Its JSON.
   *
   * @throws SparkConnectError `decode` for bytes that are no variant
   */
  toString(): string {
    return JSON.stringify(this.toJSON());
  }
}

showAsText(Variant, 'Variant');

function jsonOf(value: VariantValue): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // JSON has no NaN and no infinity.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Decimal) return isExact(value) ? value.toNumber() : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(jsonOf);
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonOf(inner)]));
}

/** Whether the nearest double prints as this decimal. */
function isExact(value: Decimal): boolean {
  return Decimal.from(value.toNumber()).equals(value);
}
