import { SparkConnectError } from '../errors.ts';
import { showAsText } from './shown.ts';

/** As many zeros as an exponent of four digits can mean. */
const MAX_ZEROS = 9999;

/**
 * A decimal number, exact: `unscaled × 10^-scale`, as Spark's DECIMAL of up to 38 digits.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class Decimal {
  /** The digits, without the point. */
  readonly unscaled: bigint;
  /** Digits behind the point, never negative. */
  readonly scale: number;

  /**
   * @param scale digits behind the point; a negative one stands for zeros before it: `new Decimal(5n, -2)` is 500
   * @throws SparkConnectError `invalid-argument` for a scale that is no whole number, or below -9999
   */
  constructor(unscaled: bigint, scale = 0) {
    // Written so that the usual scale is one comparison.
    if (scale >>> 0 === scale) {
      this.unscaled = unscaled;
      this.scale = scale;
    } else {
      this.unscaled = unscaled * 10n ** BigInt(zerosOf(scale));
      this.scale = 0;
    }
  }

  /**
   * Reads `-12.50`, `1e-7` or a number, exactly as it prints.
   *
   * @throws SparkConnectError `invalid-argument` where it is no finite decimal number
   */
  static from(value: string | number | bigint): Decimal {
    const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(String(value));
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
    if (!match || whole.length + fraction.length === 0) {
      throw new SparkConnectError('invalid-argument', `${JSON.stringify(String(value))} is no decimal number`);
    }
    const digits = BigInt(whole + fraction);
    return new Decimal(sign === '-' ? -digits : digits, fraction.length - Number(exponent));
  }

  /** Digits in all, without leading zeros; at least `scale`, as Spark counts them. */
  get precision(): number {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().length;
    return Math.max(digits, this.scale);
  }

  /** The same number with another scale; undefined where digits would be lost. */
  rescale(scale: number): Decimal | undefined {
    if (scale >= this.scale) return new Decimal(this.unscaled * 10n ** BigInt(scale - this.scale), scale);
    const divisor = 10n ** BigInt(this.scale - scale);
    return this.unscaled % divisor === 0n ? new Decimal(this.unscaled / divisor, scale) : undefined;
  }

  /** Negative, zero or positive, as the number is below, equal to or above the other. */
  compare(other: Decimal): number {
    const difference = this.unscaled * 10n ** BigInt(other.scale) - other.unscaled * 10n ** BigInt(this.scale);
    if (difference === 0n) return 0;
    return difference < 0n ? -1 : 1;
  }

  /** Whether both are the same number: 1.5 equals 1.50. */
  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  /** The nearest double: loses digits beyond some 15. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** All digits, never an exponent: `-0.000001`. */
  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, '0');
    const sign = this.unscaled < 0n ? '-' : '';
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }

  /**
   * Text for template strings only: `<`, `+` and `==` would take that text for the number.
   *
   * @throws SparkConnectError `invalid-argument` where an operator asks for a value to compute with
   */
  [Symbol.toPrimitive](hint: 'string' | 'number' | 'default'): string {
    if (hint === 'string') return this.toString();
    const instead = 'use compare(), equals() or toNumber(), or String() for its text';
    throw new SparkConnectError('invalid-argument', `operators do not know the decimal ${this.toString()}: ${instead}`);
  }
}

showAsText(Decimal, 'Decimal');

function zerosOf(scale: number): number {
  if (Number.isInteger(scale) && scale < 0 && scale >= -MAX_ZEROS) return -scale;
  const range = `a whole number from -${MAX_ZEROS} is needed`;
  throw new SparkConnectError('invalid-argument', `${scale} is no scale of a decimal: ${range}`);
}
