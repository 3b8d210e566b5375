/** Tables in all layouts of Arrow's that become Spark's, and the rows that they mean. */
import {
  DataType as ArrowType,
  Bool,
  type Data,
  Dictionary,
  DurationMillisecond,
  DurationNanosecond,
  DurationSecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Int8,
  Int32,
  LargeList,
  LargeUtf8,
  List,
  Map_,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimeMicrosecond,
  TimeMillisecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint16,
  Utf8,
  Utf8View,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { DayTimeInterval, LocalDateTime, LocalTime, Timestamp } from '../../src/index.ts';

interface Column {
  readonly data: Data;
  /** What each row is in Spark. */
  readonly values: readonly unknown[];
}

/** Makes columns of so many rows. */
type Columns = (rows: number) => fc.Arbitrary<Column>;

const many = <V>(one: fc.Arbitrary<V>, rows: number) => fc.array(one, { minLength: rows, maxLength: rows });
/** The rows that are null: some of them, or none. */
const nulls = (rows: number) => fc.oneof(many(fc.boolean(), rows), fc.constant<boolean[]>(Array(rows).fill(false)));

function validity(isNull: readonly boolean[]): { length: number; nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array((isNull.length + 7) >> 3);
  for (const [row, none] of isNull.entries())
    if (!none) nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  return { length: isNull.length, nullCount: isNull.filter(Boolean).length, nullBitmap };
}

function unlessNull(values: readonly unknown[], isNull: readonly boolean[]): unknown[] {
  return values.map((value, row) => (isNull[row] ? null : value));
}

/** Whole numbers of 64 bits that mean something in Spark. In place of nulls stands what Spark could not hold. */
function longs(type: ArrowType, span: bigint, step: bigint, meaning: (value: bigint) => unknown): Columns {
  return (rows) =>
    fc.tuple(many(fc.bigInt(ArrowType.isTime(type) ? 0n : -span, span), rows), nulls(rows)).map(([picked, isNull]) => {
      const values = picked.map((value) => value * step);
      const raw = BigInt64Array.from(values, (value, row) => (isNull[row] ? 2n ** 63n - 1n : value));
      return {
        data: makeData({ type, ...validity(isNull), ...{ data: raw } }),
        values: unlessNull(values.map(meaning), isNull),
      };
    });
}

function built<V>(type: ArrowType, one: fc.Arbitrary<V>, meaning: (value: V) => unknown = (value) => value): Columns {
  return (rows) =>
    many(fc.option(one), rows).map((values) => ({
      data: onlyData(values, type),
      values: values.map((value) => (value === null ? null : meaning(value))),
    }));
}

function onlyData(values: readonly unknown[], type: ArrowType): Data {
  return vectorFromArray(values, type).data[0] ?? makeData({ type, length: 0 });
}

/** Rows that point into a dictionary, which comes in two parts and may hold nulls. */
function dictionary(indices: Int8 | Int32 | Uint16, inner: Columns): Columns {
  return (rows) =>
    fc.tuple(inner(5), many(fc.nat(4), rows), nulls(rows)).map(([all, picked, isNull]) => {
      const type = new Dictionary(all.data.type, indices);
      const raw = indices.ArrayType.from(picked.map((index, row) => (isNull[row] ? 99 : index)));
      const words = new Vector([all.data.slice(0, 3), all.data.slice(3, 2)]);
      const data = makeData({ type, ...validity(isNull), ...{ data: raw, dictionary: words } });
      return {
        data,
        values: unlessNull(
          picked.map((index) => all.values[index]),
          isNull,
        ),
      };
    });
}

const field = (name: string, { data }: Column) => new Field(name, data.type, true);

function lists(inner: Columns, isLarge: boolean): Columns {
  return (rows) =>
    fc.tuple(many(fc.nat(3), rows), nulls(rows)).chain(([lengths, isNull]) => {
      const ends = lengths.map((_, row) => lengths.slice(0, row + 1).reduce((sum, length) => sum + length, 0));
      return inner(ends.at(-1) ?? 0).map((child) => {
        const type = isLarge ? new LargeList(field('item', child)) : new List(field('item', child));
        const offsets = [0, ...ends];
        const valueOffsets = isLarge ? BigInt64Array.from(offsets, BigInt) : Int32Array.from(offsets);
        const data = makeData({ type, ...validity(isNull), ...{ valueOffsets, child: child.data } });
        return {
          data,
          values: unlessNull(
            ends.map((end, row) => child.values.slice(offsets[row], end)),
            isNull,
          ),
        };
      });
    });
}

function fixedLists(inner: Columns): Columns {
  return (rows) =>
    fc.tuple(inner(rows * 2), nulls(rows)).map(([child, isNull]) => {
      const type = new FixedSizeList(2, field('item', child));
      const data = makeData({ type, ...validity(isNull), child: child.data });
      const values = isNull.map((_, row) => child.values.slice(row * 2, row * 2 + 2));
      return { data, values: unlessNull(values, isNull) };
    });
}

function structs(inner: Columns): Columns {
  return (rows) =>
    fc.tuple(inner(rows), inner(rows), nulls(rows)).map(([x, y, isNull]) => {
      const type = new Struct([field('x', x), field('y', y)]);
      const data = makeData({ type, ...validity(isNull), children: [x.data, y.data] });
      return {
        data,
        values: unlessNull(
          isNull.map((_, row) => ({ x: x.values[row], y: y.values[row] })),
          isNull,
        ),
      };
    });
}

/** One entry for each row. */
function maps(inner: Columns): Columns {
  return (rows) =>
    fc.tuple(inner(rows), nulls(rows)).map(([value, isNull]) => {
      const key = onlyData(
        isNull.map((_, row) => `k${row}`),
        new Dictionary(new Utf8(), new Int32()),
      );
      const entries = new Struct<{ key: ArrowType; value: ArrowType }>([
        new Field('key', key.type, false),
        field('value', value),
      ]);
      const child = makeData({ type: entries, length: rows, nullCount: 0, children: [key, value.data] });
      const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, row) => row);
      const type = new Map_(new Field('entries', entries, false));
      const data = makeData({ type, ...validity(isNull), valueOffsets, child });
      return {
        data,
        values: unlessNull(
          isNull.map((_, row) => new Map([[`k${row}`, value.values[row]]])),
          isNull,
        ),
      };
    });
}

const YEARS = 4_000_000_000n;
const LEAVES: readonly Columns[] = [
  longs(new TimestampSecond('UTC'), YEARS, 1n, (s) => new Timestamp(s * 1_000_000n)),
  longs(new TimestampMillisecond('Europe/Berlin'), YEARS * 1000n, 1n, (ms) => new Timestamp(ms * 1000n)),
  longs(new TimestampMillisecond(), YEARS * 1000n, 1n, (ms) => new LocalDateTime(ms * 1000n)),
  longs(new TimestampNanosecond('UTC'), YEARS * 1_000_000n, 1000n, (ns) => new Timestamp(ns / 1000n)),
  longs(new DurationSecond(), YEARS, 1n, (s) => new DayTimeInterval(s * 1_000_000n)),
  longs(new DurationMillisecond(), YEARS, 1n, (ms) => new DayTimeInterval(ms * 1000n)),
  longs(new DurationNanosecond(), YEARS, 1000n, (ns) => new DayTimeInterval(ns / 1000n)),
  built(new FixedSizeBinary(3), fc.uint8Array({ minLength: 3, maxLength: 3 })),
  built(new Utf8(), fc.string({ unit: 'grapheme' })),
  built(new LargeUtf8(), fc.string()),
  built(new Utf8View(), fc.string({ maxLength: 30 })),
  built(new Int32(), fc.integer()),
  built(new Bool(), fc.boolean()),
];
const TIMES: readonly Columns[] = [
  longs(new TimeMicrosecond(), 86_399_999_999n, 1n, (us) => new LocalTime(Number(us) * 1000)),
  built(new TimeMillisecond(), fc.integer({ min: 0, max: 86_399_999 }), (ms) => new LocalTime(ms * 1_000_000)),
];

function anyOf(all: readonly Columns[]): Columns {
  return (rows) => fc.constantFrom(...all).chain((columns) => columns(rows));
}

/** Also of what is in lists, structs and maps. @param hasTimes whether TIME is a type */
function everything(hasTimes: boolean): Columns {
  const leaf = anyOf(hasTimes ? [...LEAVES, ...TIMES] : LEAVES);
  const flat = anyOf([
    leaf,
    dictionary(new Int32(), leaf),
    dictionary(new Int8(), leaf),
    dictionary(new Uint16(), leaf),
  ]);
  const nested = (inner: Columns) =>
    anyOf([flat, lists(inner, false), lists(inner, true), fixedLists(inner), structs(inner), maps(inner)]);
  return nested(nested(flat));
}

/** A table, of which a part may be left out at both ends, and its rows. */
export function arbitraryTable({ hasTimes }: { readonly hasTimes: boolean }): fc.Arbitrary<{
  readonly table: Table;
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>;
}> {
  const columns = everything(hasTimes);
  return fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat(3), fc.nat(3)).chain(([count, before, after]) =>
    fc.array(columns(count), { minLength: 1, maxLength: 5 }).map((all) => {
      const fields = all.map((column, i) => field(`c${i}`, column));
      const children = all.map(({ data }) => data);
      const data = makeData({ type: new Struct(fields), length: count, nullCount: 0, children });
      const rows = Array.from({ length: count }, (_, row) =>
        Object.fromEntries(all.map(({ values }, i) => [`c${i}`, values[row]])),
      );
      const end = Math.max(before, count - after);
      const table = new Table([new RecordBatch(new Schema(fields), data)]).slice(before, end);
      return { table, rows: rows.slice(before, end) };
    }),
  );
}
