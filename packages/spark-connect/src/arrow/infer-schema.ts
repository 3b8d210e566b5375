import { SparkConnectError } from '../errors.ts';
import {
  ANY_SRID,
  CalendarInterval,
  type DataType,
  DayTimeInterval,
  Decimal,
  field,
  Geography,
  Geometry,
  type GeoType,
  LocalDate,
  LocalDateTime,
  LocalTime,
  StructType,
  simpleString,
  types as T,
  Timestamp,
  Variant,
  YearMonthInterval,
} from '../types/index.ts';
import type { InputRow } from './encode-rows.ts';
import { type InputRecord, isPlain, isRecord } from './record.ts';

const CLASSES: ReadonlyArray<readonly [new (...parts: never[]) => object, DataType]> = [
  [Date, T.timestamp()],
  [Timestamp, T.timestamp()],
  [LocalDate, T.date()],
  [LocalDateTime, T.timestampNtz()],
  [LocalTime, T.time()],
  // What Spark, too, infers for a decimal.
  [Decimal, T.decimal(38, 18)],
  [Uint8Array, T.binary()],
  [DayTimeInterval, T.dayTimeInterval()],
  [YearMonthInterval, T.yearMonthInterval()],
  [CalendarInterval, T.calendarInterval()],
  [Variant, T.variant()],
];

/**
 * Guesses a schema from all rows, every column nullable, in the order in which the keys turn up.
 *
 * Whole numbers and bigint become BIGINT and other numbers DOUBLE (both in one column of numbers: DOUBLE), Date becomes
 * TIMESTAMP, Uint8Array BINARY, Decimal DECIMAL(38,18), Variant VARIANT, a shape GEOMETRY or GEOGRAPHY, an array ARRAY, a Map MAP, an
 * object STRUCT.
 * Rows that are arrays get the names `_1`, `_2` …, as in PySpark.
 *
 * @param names what errors call the columns where rows are arrays
 * @throws SparkConnectError `encode` where there is no row, no type for a value or column, or two that do not go together
 */
export function inferSchema(rows: readonly InputRow[], names: readonly string[] = []): StructType {
  if (rows.length === 0) throw new SparkConnectError('encode', 'a schema cannot be inferred from no rows: give one');
  const columns = new Map<string, Guess>();
  for (const [index, row] of rows.entries()) {
    if (Array.isArray(row)) observeArray(columns, row, names);
    else observeRecord(columns, recordOf(row, index), '');
  }
  return settleColumns(columns);
}

/** @throws SparkConnectError `encode` for what is a value rather than a row of values */
function recordOf(row: unknown, index: number): InputRecord {
  const isValue = !isRecord(row) || CLASSES.some(([valueClass]) => row instanceof valueClass);
  if (!isValue && (isPlain(row) || Object.keys(row).length > 0)) return row;
  const found = typeof row === 'object' && row !== null ? `a value of ${row.constructor.name}` : String(row);
  throw new SparkConnectError(
    'encode',
    `row ${index}: ${found} has no columns: give an object with the columns as keys, or an array`,
  );
}

type Shape = 'atom' | 'array' | 'map' | 'struct';

/** What the values of one column, seen so far, have in common. */
class Guess {
  readonly #path: string;
  #shape: Shape | undefined;
  #atom: DataType | undefined;
  /** Only whole numbers were seen as `number`, which go with BIGINT and with DOUBLE. */
  #isOpenNumber = false;
  readonly #inner = new Map<string, Guess>();

  constructor(path: string) {
    this.#path = path;
  }

  observe(value: unknown): void {
    switch (typeof value) {
      case 'undefined':
        break;
      case 'number':
        this.#observeNumber(value);
        break;
      case 'bigint':
        this.#observeAtom(T.long());
        break;
      case 'string':
        this.#observeAtom(T.string());
        break;
      case 'boolean':
        this.#observeAtom(T.boolean());
        break;
      case 'object':
        if (value !== null) this.#observeObject(value);
        break;
      default:
        throw new SparkConnectError('encode', `column ${this.#path}: no type of Spark's for a ${typeof value}`);
    }
  }

  /** @throws SparkConnectError `encode` where nothing but nulls was seen */
  settle(): DataType {
    switch (this.#shape) {
      case 'atom':
        return this.#atom ?? T.long();
      case 'array':
        return T.array(this.#under('element').settle());
      case 'map':
        return T.map(this.#under('key').settle(), this.#under('value').settle());
      case 'struct':
        return settleColumns(this.#inner);
      default:
        throw new SparkConnectError(
          'encode',
          `column ${this.#path}: no value but null was seen, which tells no type: give a schema`,
        );
    }
  }

  #observeNumber(value: number): void {
    const isWhole = Number.isSafeInteger(value);
    if (isWhole && this.#shape === undefined) {
      this.#shape = 'atom';
      this.#isOpenNumber = true;
    } else if (isWhole && (this.#isOpenNumber || this.#atom?.kind === 'long' || this.#atom?.kind === 'double')) {
      return;
    } else {
      this.#observeAtom(isWhole ? T.long() : T.double());
    }
  }

  #observeAtom(type: DataType): void {
    const isUndecided = this.#shape === undefined;
    const settlesNumber = this.#isOpenNumber && (type.kind === 'long' || type.kind === 'double');
    if (isUndecided || settlesNumber) {
      this.#shape = 'atom';
      this.#atom = type;
      this.#isOpenNumber = false;
    } else if (this.#shape !== 'atom' || this.#isOpenNumber || this.#atom?.kind !== type.kind) {
      throw this.#mismatch(simpleString(type));
    }
  }

  /** Of shapes in several reference systems the column takes any. */
  #observePlace(type: GeoType): void {
    const known = this.#atom;
    if (known?.kind !== type.kind) this.#observeAtom(type);
    else if ('srid' in known && known.srid !== type.srid) this.#atom = T[type.kind](ANY_SRID);
  }

  #observeObject(value: object): void {
    const known = CLASSES.find(([valueClass]) => value instanceof valueClass);
    if (known) {
      this.#observeAtom(known[1]);
    } else if (value instanceof Geometry || value instanceof Geography) {
      this.#observePlace(T[value.kind](value.srid));
    } else if (Array.isArray(value)) {
      this.#observeShape('array');
      for (const element of value) this.#under('element').observe(element);
    } else if (value instanceof Map) {
      this.#observeShape('map');
      for (const [key, inner] of value) {
        this.#under('key').observe(key);
        this.#under('value').observe(inner);
      }
    } else {
      if (!isPlain(value)) {
        const name = value.constructor.name;
        throw new SparkConnectError('encode', `column ${this.#path}: no type of Spark's for a value of ${name}`);
      }
      this.#observeShape('struct');
      observeRecord(this.#inner, { ...value }, `${this.#path}.`);
    }
  }

  #observeShape(shape: Shape): void {
    if (this.#shape !== undefined && this.#shape !== shape) throw this.#mismatch(shape);
    this.#shape = shape;
  }

  #under(name: string): Guess {
    return guessOf(this.#inner, name, `${this.#path}.`);
  }

  #mismatch(other: string): SparkConnectError {
    const known = this.#shape === 'atom' ? simpleString(this.#atom ?? T.long()) : this.#shape;
    return new SparkConnectError(
      'encode',
      `column ${this.#path}: values of ${known} and of ${other} do not go together: give a schema`,
    );
  }
}

function observeArray(columns: Map<string, Guess>, row: readonly unknown[], names: readonly string[]): void {
  for (const [index, value] of row.entries()) {
    const name = `_${index + 1}`;
    guessOf(columns, name, '', names[index] ?? name).observe(value);
  }
}

function observeRecord(columns: Map<string, Guess>, row: InputRecord, prefix: string): void {
  for (const [name, value] of Object.entries(row)) guessOf(columns, name, prefix).observe(value);
}

function guessOf(columns: Map<string, Guess>, name: string, prefix: string, shown = name): Guess {
  let guess = columns.get(name);
  if (!guess) {
    guess = new Guess(prefix + shown);
    columns.set(name, guess);
  }
  return guess;
}

function settleColumns(columns: ReadonlyMap<string, Guess>): StructType {
  return new StructType(Array.from(columns, ([name, guess]) => field(name, guess.settle())));
}
