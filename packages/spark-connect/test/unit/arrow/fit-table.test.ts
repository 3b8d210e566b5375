import {
  type DataType as ArrowType,
  type Data,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationSecond,
  Field,
  Float16,
  Int32,
  IntervalMonthDayNano,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimeNanosecond,
  TimestampNanosecond,
  TimestampSecond,
  tableFromArrays,
  tableFromJSON,
  Uint8,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { expect } from 'chai';
import fc from 'fast-check';
import { fitTable } from '../../../src/arrow/fit-table.ts';
import { BatchDecoder, encodeTable } from '../../../src/arrow/index.ts';
import { LocalDateTime, SparkConnectError } from '../../../src/index.ts';
import { arbitraryTable } from '../../helpers/arbitrary-tables.ts';

/** The rows as they travel. */
function sentRows(table: Table): unknown[] {
  const { schema, data } = encodeTable(table);
  return data === undefined ? [] : new BatchDecoder(schema).decode(data).rows();
}

function longs(type: ArrowType, ...values: bigint[]): Table {
  return tableOf(makeData({ type, length: values.length, nullCount: 0, ...{ data: BigInt64Array.from(values) } }));
}

function tableOf(data: Data, isNullable = true): Table {
  const fields = [new Field('t', data.type, isNullable)];
  const { length } = data;
  return new Table([
    new RecordBatch(new Schema(fields), makeData({ type: new Struct(fields), length, nullCount: 0, children: [data] })),
  ]);
}

function expectRefused(table: Table, code: string, message: string): void {
  expect(() => encodeTable(table))
    .to.throw(SparkConnectError, message)
    .with.property('code', code);
}

describe('Arrow tables', () => {
  it('travel as what they mean, whatever their layout', () => {
    fc.assert(
      fc.property(arbitraryTable({ hasTimes: true }), ({ table, rows }) => {
        expect(sentRows(table)).to.deep.equal(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('of all batches, each with its own part of a dictionary', () => {
    const text = vectorFromArray(['x', 'y', 'x', null], new Dictionary(new Utf8(), new Int32()));
    const table = new Table({ text });
    const parts = new Table([...table.slice(0, 1).batches, ...table.slice(1).batches]);
    expect(sentRows(parts)).to.deep.equal([{ text: 'x' }, { text: 'y' }, { text: 'x' }, { text: null }]);
  });

  it('travel as JavaScript makes them', () => {
    expect(sentRows(tableFromArrays({ a: Int32Array.of(1, 2), s: ['x', 'x'] }))).to.deep.equal([
      { a: 1, s: 'x' },
      { a: 2, s: 'x' },
    ]);
    expect(sentRows(tableFromJSON([{ s: 'x', d: new Date(-5) }]))).to.deep.equal([
      { s: 'x', d: new LocalDateTime(-5000n) },
    ]);
  });

  it('are not copied where they are fit', () => {
    const table = tableFromArrays({ a: Int32Array.of(1) });
    expect(fitTable(table).fitted).to.equal(table);
  });

  it('are refused where Spark cannot hold a value', () => {
    const finer = 'column t: 1001 ns are no whole microseconds';
    expectRefused(longs(new TimestampNanosecond(), 1000n, 1001n), 'encode', finer);
    expectRefused(longs(new TimeNanosecond(), 1001n), 'encode', finer);
    const interval = makeData({ type: new IntervalMonthDayNano(), length: 1, data: Int32Array.of(1, 2, 1001, 0) });
    expectRefused(tableOf(interval), 'encode', finer);
    const max = 2n ** 63n / 1_000_000n;
    expect(() => encodeTable(longs(new TimestampSecond(), max, -max))).not.to.throw();
    expectRefused(longs(new TimestampSecond(), max + 1n), 'encode', `column t: ${max + 1n} s are too many`);
    expectRefused(longs(new DurationSecond(), -max - 1n), 'encode', `column t: ${-max - 1n} s are too many`);
    const child = makeData({ type: new TimestampNanosecond(), length: 1, data: BigInt64Array.of(1n) });
    const type = new List(new Field('item', child.type));
    const item = makeData({ type, length: 1, nullCount: 0, ...{ valueOffsets: Int32Array.of(0, 1), child } });
    expectRefused(tableOf(item), 'encode', 'column t.element: 1 ns');
  });

  it('are refused where an index is not in its dictionary', () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const words = vectorFromArray(['x'], new Utf8());
    for (const index of [1, -1]) {
      const data = makeData({ type, length: 1, data: Int32Array.of(index), dictionary: words });
      expectRefused(tableOf(data), 'encode', `column t: row 0 is ${index} of a dictionary of 1`);
    }
    const lists = vectorFromArray([['x']], new List(new Field('item', new Utf8())));
    const data = makeData({
      type: new Dictionary(lists.type, new Int32()),
      length: 1,
      data: Int32Array.of(0),
      dictionary: lists,
    });
    expectRefused(tableOf(data), 'decode', 'column t: dictionaries of List');
  });

  it('are refused where a column has nulls that its field denies', () => {
    const [numbers] = vectorFromArray([1, null], new Int32()).data;
    const words = vectorFromArray(['x', null], new Utf8());
    const type = new Dictionary(new Utf8(), new Int32());
    const pointing = makeData({ type, length: 1, data: Int32Array.of(1), dictionary: words });
    for (const data of [numbers, pointing]) {
      if (data) expectRefused(tableOf(data, false), 'encode', 'column t: null where its field says not nullable');
    }
  });

  it('are refused with advice where Spark has no such type', () => {
    const empty = (type: ArrowType) => tableOf(makeData({ type, length: 0 }));
    expectRefused(empty(new Uint8()), 'decode', "column t: Arrow's Uint8 is no type of Spark's: use Int16");
    expectRefused(empty(new Uint64()), 'decode', 'use Int64, or Decimal');
    expectRefused(empty(new Float16()), 'decode', 'use Float32');
    expectRefused(empty(new DateMillisecond()), 'decode', 'use DateDay, or TimestampMillisecond');
    expectRefused(empty(new Decimal(2, 50, 256)), 'decode', 'use one of 128 bits and at most 38 digits');
    expectRefused(empty(new Dictionary(new Uint8(), new Int32())), 'decode', 'use Int16');
  });
});
