import { SparkConnectError } from '../errors.ts';
import { formatTime } from './calendar.ts';
import { Decimal } from './decimal.ts';
import { isInt32, isInt64 } from './ranges.ts';
import { showAsText } from './shown.ts';

const MICROS_PER_DAY = 86_400_000_000n;
const MICROS_PER_HOUR = 3_600_000_000n;
const MICROS_PER_MINUTE = 60_000_000n;

/**
 * A length of time, exact: Spark's INTERVAL DAY TO SECOND.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class DayTimeInterval {
  /** Microseconds. */
  readonly microseconds: bigint;

  constructor(microseconds: bigint) {
    this.microseconds = microseconds;
  }

  /**
   * Of so many milliseconds.
   *
   * @throws SparkConnectError `invalid-argument` where it is no safe integer: give microseconds to the constructor
   */
  static ofMillis(milliseconds: number): DayTimeInterval {
    if (!Number.isSafeInteger(milliseconds)) {
      throw new SparkConnectError('invalid-argument', `${milliseconds} is no safe integer: use new DayTimeInterval()`);
    }
    return new DayTimeInterval(BigInt(milliseconds) * 1000n);
  }

  /** With a fraction for what is finer; beyond 2^53 microseconds (285 years) not exact. */
  get milliseconds(): number {
    return Number(this.microseconds) / 1000;
  }

  /** Whether both are the same. */
  equals(other: DayTimeInterval): boolean {
    return this.microseconds === other.microseconds;
  }

  /** For `<` and `>`. */
  valueOf(): bigint {
    return this.microseconds;
  }

  /**
   * `INTERVAL '1 02:03:04.000005' DAY TO SECOND`, as Spark prints a column of all fields; which fields a column has its
   * values do not know.
   */
  toString(): string {
    const size = this.microseconds < 0n ? -this.microseconds : this.microseconds;
    const time = formatTime(Number(size % MICROS_PER_DAY) * 1000);
    return `INTERVAL '${this.microseconds < 0n ? '-' : ''}${size / MICROS_PER_DAY} ${time}' DAY TO SECOND`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(DayTimeInterval, 'DayTimeInterval');

/**
 * A number of months: Spark's INTERVAL YEAR TO MONTH.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class YearMonthInterval {
  /** Whole months. */
  readonly months: number;

  /** @throws SparkConnectError `invalid-argument` where it is no whole number of 32 bits */
  constructor(months: number) {
    this.months = requireInt32(months, 'number of months');
  }

  /** Whether both are the same. */
  equals(other: YearMonthInterval): boolean {
    return this.months === other.months;
  }

  /** For `<` and `>`. */
  valueOf(): number {
    return this.months;
  }

  /** `INTERVAL '1-2' YEAR TO MONTH`, as Spark prints a column of both fields; values do not know which a column has. */
  toString(): string {
    const size = Math.abs(this.months);
    return `INTERVAL '${this.months < 0 ? '-' : ''}${Math.floor(size / 12)}-${size % 12}' YEAR TO MONTH`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(YearMonthInterval, 'YearMonthInterval');

/**
 * Months, days and microseconds that cannot be turned into each other: Spark's old INTERVAL.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class CalendarInterval {
  /** Whole months. */
  readonly months: number;
  /** Whole days. */
  readonly days: number;
  /** Microseconds. */
  readonly microseconds: bigint;

  /** @throws SparkConnectError `invalid-argument` where months or days have more than 32 bits, microseconds more than 64 */
  constructor(months: number, days: number, microseconds: bigint) {
    this.months = requireInt32(months, 'number of months');
    this.days = requireInt32(days, 'number of days');
    if (!isInt64(microseconds)) {
      throw new SparkConnectError('invalid-argument', `${microseconds} microseconds do not fit 64 bits`);
    }
    this.microseconds = microseconds;
  }

  /** Whether both are the same. */
  equals(other: CalendarInterval): boolean {
    return this.months === other.months && this.days === other.days && this.microseconds === other.microseconds;
  }

  /** As Spark prints it: `1 years 2 months 25 days 5 hours 6 minutes 7.008 seconds`, each part with its own sign. */
  toString(): string {
    const { months, days, microseconds } = this;
    const parts: ReadonlyArray<readonly [amount: number | bigint | string, unit: string]> = [
      [Math.trunc(months / 12), 'years'],
      [months % 12, 'months'],
      [days, 'days'],
      [microseconds / MICROS_PER_HOUR, 'hours'],
      [(microseconds % MICROS_PER_HOUR) / MICROS_PER_MINUTE, 'minutes'],
      [String(new Decimal(microseconds % MICROS_PER_MINUTE, 6)).replace(/\.?0+$/, ''), 'seconds'],
    ];
    const present = parts.filter(([amount]) => Number(amount) !== 0);
    return present.map((part) => part.join(' ')).join(' ') || '0 seconds';
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

showAsText(CalendarInterval, 'CalendarInterval');

function requireInt32(value: number, what: string): number {
  if (isInt32(value)) return value;
  throw new SparkConnectError('invalid-argument', `${value} is no ${what}: a whole number of 32 bits is needed`);
}
