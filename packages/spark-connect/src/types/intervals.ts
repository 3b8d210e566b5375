import { formatTime } from './calendar.ts';

const MICROS_PER_DAY = 86_400_000_000n;

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

  /** Of so many milliseconds. */
  static ofMillis(milliseconds: number): DayTimeInterval {
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

  /** As Spark prints it: `INTERVAL '1 02:03:04.000005' DAY TO SECOND`. */
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

/**
 * A number of months: Spark's INTERVAL YEAR TO MONTH.
 *
 * @see https://spark.apache.org/docs/latest/sql-ref-datatypes.html
 */
export class YearMonthInterval {
  /** Whole months. */
  readonly months: number;

  constructor(months: number) {
    this.months = months;
  }

  /** Whether both are the same. */
  equals(other: YearMonthInterval): boolean {
    return this.months === other.months;
  }

  /** For `<` and `>`. */
  valueOf(): number {
    return this.months;
  }

  /** As Spark prints it: `INTERVAL '1-2' YEAR TO MONTH`. */
  toString(): string {
    const size = Math.abs(this.months);
    return `INTERVAL '${this.months < 0 ? '-' : ''}${Math.floor(size / 12)}-${size % 12}' YEAR TO MONTH`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}

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

  constructor(months: number, days: number, microseconds: bigint) {
    this.months = months;
    this.days = days;
    this.microseconds = microseconds;
  }

  /** Whether both are the same. */
  equals(other: CalendarInterval): boolean {
    return this.months === other.months && this.days === other.days && this.microseconds === other.microseconds;
  }

  /** As Spark prints it. */
  toString(): string {
    return `${this.months} months ${this.days} days ${this.microseconds} microseconds`;
  }

  /** Its text. */
  toJSON(): string {
    return this.toString();
  }
}
