import { create } from '@bufbuild/protobuf';
import {
  Decimal as ArrowDecimal,
  type DataType as ArrowType,
  Binary,
  BinaryView,
  Bool,
  type Data,
  Dictionary,
  Field,
  Int32,
  Int64,
  LargeBinary,
  LargeUtf8,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  tableFromIPC,
  tableToIPC,
  Uint32,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { expect } from 'chai';
import fc from 'fast-check';
import { chooseDecoder } from '../../../src/arrow/choose-decoder.ts';
import { BatchDecoder, decodeTable, encodeRows, rowValues } from '../../../src/arrow/index.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { DataTypeSchema } from '../../../src/gen/spark/connect/types_pb.js';
import {
  Decimal,
  field,
  fromProto,
  LocalDate,
  parseDDL,
  StructType,
  types as T,
  Timestamp,
  Variant,
} from '../../../src/types/index.ts';

function ipcOf(columns: Record<string, Data>, metadata: Record<string, Map<string, string>> = {}): Uint8Array {
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, true, metadata[name] ?? null));
  const children = Object.values(columns);
  const length = children[0]?.length ?? 0;
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
  return tableToIPC(new Table([new RecordBatch(new Schema(fields), data)]), 'stream');
}

function onlyData(values: readonly unknown[], type: ArrowType): Data {
  const [data] = vectorFromArray(values, type).data;
  if (!data) throw new Error('no data');
  return data;
}

describe('BatchDecoder', () => {
  it('gives columns as typed arrays, also of several batches, and says where there is none', () => {
    const schema = parseDDL('i INT, l BIGINT, d DOUBLE, day DATE, t TIMESTAMP, s STRING');
    const moment = Timestamp.parse('9999-12-31T23:59:59.999999Z');
    const rows = [
      [1, 2n ** 63n - 1n, 0.5, LocalDate.parse('1970-01-03'), moment, 'a'],
      [null, -1n, Number.NaN, LocalDate.parse('1969-12-31'), null, 'b'],
    ];
    const table = tableFromIPC(encodeRows(rows, schema));
    const twice = tableToIPC(new Table(table.schema, [...table.batches, ...table.batches]), 'stream');
    for (const [ipc, times] of [
      [encodeRows(rows, schema), 1],
      [twice, 2],
    ] as const) {
      const batch = new BatchDecoder(schema).decode(ipc);
      const values = (index: number) => batch.column(index).toTypedArray();
      expect(values(0))
        .to.be.instanceOf(Int32Array)
        .with.property('length', times * 2);
      expect([values(0)[0], batch.column(0).isNull(1)]).to.deep.equal([1, true]);
      const repeated = <V>(...each: V[]): V[] => Array.from({ length: times }, () => each).flat();
      expect(values(1)).to.deep.equal(BigInt64Array.from(repeated(2n ** 63n - 1n, -1n)));
      expect(values(2)).to.deep.equal(Float64Array.from(repeated(0.5, Number.NaN)));
      expect(values(3)).to.deep.equal(Int32Array.from(repeated(2, -1)));
      expect(values(4)[0]).to.equal(moment.epochMicros);
      expect(() => values(5)).to.throw('column s: no typed array holds string');
    }
    const none = new BatchDecoder(schema).decode(encodeRows([], schema));
    expect(none.column(1).toTypedArray()).to.deep.equal(new BigInt64Array(0));
  });

  it('reads text and bytes of every layout', () => {
    const texts = ['short', null, 'a text that is longer than twelve characters', 'ümläut', ''];
    const bytes = texts.map((text) => (text === null ? null : new TextEncoder().encode(text)));
    const ipc = ipcOf({
      utf8: onlyData(texts, new Utf8()),
      large: onlyData(texts, new LargeUtf8()),
      binary: onlyData(bytes, new Binary()),
      largeBinary: onlyData(bytes, new LargeBinary()),
    });
    const batch = new BatchDecoder(undefined).decode(ipc);
    expect(batch.schema.toDDL()).to.equal('utf8 STRING,large STRING,binary BINARY,largeBinary BINARY');
    expect(batch.column(0).toArray()).to.deep.equal(texts);
    expect(batch.column(1).toArray()).to.deep.equal(texts);
    expect(batch.column(2).toArray()).to.deep.equal(bytes);
    expect(batch.column(3).toArray()).to.deep.equal(bytes);
  });

  it('reads binary views, inline and in a buffer', () => {
    const long = new TextEncoder().encode('more than twelve bytes');
    const views = new Uint8Array(32);
    const words = new DataView(views.buffer);
    words.setInt32(0, 2, true);
    views.set([1, 2], 4);
    words.setInt32(16, long.length, true);
    words.setInt32(28, 3, true);
    const buffer = new Uint8Array([0, 0, 0, ...long]);
    const data = makeData({ type: new BinaryView(), length: 2, nullCount: 0, views, variadicBuffers: [buffer] });
    const { get } = chooseDecoder('v', T.binary()).bind(data);
    expect([get(0), get(1)]).to.deep.equal([new Uint8Array([1, 2]), long]);
  });

  it('reads texts that repeat and texts that differ, of every length and script', () => {
    const schema = parseDDL('s STRING');
    const lengths = Array.from({ length: 36 }, (_, length) => length);
    const columns = {
      repeated: lengths.map((length) => 'x'.repeat(length)),
      'alike but for their last letter': lengths.flatMap((length) => [
        `${'x'.repeat(length)}y`,
        `${'x'.repeat(length)}z`,
      ]),
      'alike but for zeros at the end': lengths.map((length) => `a${'\0'.repeat(length)}`),
      'of several bytes a letter': lengths.map((length) => `${'ä€😀'.repeat(1 + (length % 3))}${length}`),
      'as many as have no room': Array.from({ length: 9000 }, (_, i) => `text ${i}`),
      'with nulls': ['a', null, 'b', null],
    };
    for (const [what, texts] of Object.entries(columns)) {
      const decoder = new BatchDecoder(schema);
      // The way to read a batch depends on what those before it have shown.
      const column = Array.from({ length: 16_000 }, (_, i) => texts[(i * 7) % texts.length] ?? null);
      for (const [from, to] of [
        [0, 4000],
        [4000, 12_000],
        [12_000, 16_000],
      ]) {
        const rows = column.slice(from, to).map((s) => ({ s }));
        const found = decoder.decode(encodeRows(rows, schema)).rows();
        expect(found, what).to.deep.equal(rows);
      }
    }
  });

  it('reads bigints of every kind in all rows, among columns of other types', () => {
    const schema = parseDDL('a STRING, id BIGINT, t TIMESTAMP, other BIGINT, d DOUBLE');
    const extremes = [null, 0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];
    // As many as V8 needs to compile what reads them; batches without nulls first.
    const rows = Array.from({ length: 40_000 }, (_, i) => {
      const choices = i < 20_000 ? extremes.slice(1) : extremes;
      return {
        a: i % 7 === 0 ? null : `text ${i}`,
        id: choices[i % choices.length] ?? null,
        t: i % 11 === 0 ? null : new Timestamp(i),
        other: choices[(i >> 3) % choices.length] ?? null,
        d: i % 2 === 0 ? i : null,
      };
    });
    const decoder = new BatchDecoder(schema);
    const read = [rows.slice(0, 20_000), rows.slice(20_000)].flatMap((part) => {
      const batch = decoder.decode(encodeRows(part, schema));
      const all = batch.rows();
      expect([...batch]).to.deep.equal(all);
      expect(batch.row(12_345)).to.deep.equal(all[12_345]);
      return all;
    });
    expect(read).to.deep.equal(rows);
    expect(new Set(read.map((row) => Object.keys(row).join()))).to.deep.equal(new Set(['a,id,t,other,d']));
  });

  it('gives bytes that do not hold on to the message', () => {
    const schema = parseDDL('b BINARY');
    const [row] = new BatchDecoder(schema).decode(encodeRows([[new Uint8Array([7])]], schema)).rows();
    expect(row?.b).to.be.instanceOf(Uint8Array).with.property('buffer').with.property('byteLength', 1);
  });

  it('reads columns that start in the middle of their buffers', () => {
    const flags = fc.array(fc.option(fc.boolean()), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(flags, fc.nat(), fc.nat(), (values, start, size) => {
        const from = start % values.length;
        const length = (size % (values.length - from)) + 1;
        const expected = values.slice(from, from + length);
        const numbers = values.map((value, index) => (value === null ? null : index));
        const texts = values.map((value, index) => (value === null ? null : `text ${index}`));
        const columns = [
          [T.boolean(), onlyData(values, new Bool()), expected],
          [T.int(), onlyData(numbers, new Int32()), numbers.slice(from, from + length)],
          [T.string(), onlyData(texts, new Utf8()), texts.slice(from, from + length)],
        ] as const;
        for (const [type, data, wanted] of columns) {
          const { get } = chooseDecoder('v', type).bind(data.slice(from, length));
          expect(Array.from({ length }, (_, index) => get(index))).to.deep.equal(wanted);
        }
      }),
    );
  });

  it('reads several record batches of one message as one', () => {
    const schema = new Schema([new Field('n', new Int32(), true)]);
    const batches = [[1, null], [], [3]].map((values) => {
      const children = [onlyData(values, new Int32())];
      const data = makeData({ type: new Struct(schema.fields), length: values.length, nullCount: 0, children });
      return new RecordBatch(schema, data);
    });
    const batch = new BatchDecoder(parseDDL('n INT')).decode(tableToIPC(new Table(schema, batches), 'stream'));
    expect(batch.rows()).to.deep.equal([{ n: 1 }, { n: null }, { n: 3 }]);
    expect(batch.row(2)).to.deep.equal({ n: 3 });
    expect(batch.column(0).toArray()).to.deep.equal([1, null, 3]);
    expect([0, 1, 2].map((row) => batch.column(0).isNull(row))).to.deep.equal([false, true, false]);
    expect(() => batch.row(3))
      .to.throw('no row 3 among 3')
      .with.property('code', 'not-found');
    expect(() => batch.column(1))
      .to.throw('no column 1')
      .with.property('code', 'not-found');
  });

  it('reads a message without rows or without record batches', () => {
    const schema = parseDDL('a INT, s STRUCT<x: ARRAY<STRING>>');
    const batch = new BatchDecoder(schema).decode(encodeRows([], schema));
    expect([batch.rowCount, batch.rows(), batch.column(1).toArray()]).to.deep.equal([0, [], []]);
  });

  it('keeps every value where a plain object cannot', () => {
    const schema = parseDDL('`2` INT, a INT, a INT, `1` INT, `__proto__` INT');
    const [row = {}] = new BatchDecoder(schema).decode(encodeRows([[2, 3, 4, 1, 5]], schema)).rows();
    expect(rowValues(row)).to.deep.equal([2, 3, 4, 1, 5]);
    expect(Object.keys(row)).to.deep.equal(['1', '2', 'a', '__proto__']);
    expect(row.a).to.equal(3);
    expect(Object.getPrototypeOf(row)).to.equal(Object.prototype);
    expect(rowValues({ x: 1, y: null })).to.deep.equal([1, null]);
  });

  it('takes any text for a name and nothing but a name, also where there are too many columns to compile', () => {
    const names = [
      'it\'s "quoted"',
      '`process.exit(1)`',
      '\\", x: process.exit(1), "',
      '*/ // [a]: get a()',
      'line\nbreak\u2028',
      '\ud800',
      '',
      'constructor',
      'hasOwnProperty',
      'index',
      'columns',
      'read0',
      '1.5',
    ];
    const wide = [...names, ...Array.from({ length: 1100 }, (_, index) => `column ${index}`)];
    for (const all of [names, wide]) {
      const schema = new StructType(all.map((name) => field(name, T.int())));
      const values = all.map((_, index) => index);
      const batch = new BatchDecoder(schema).decode(encodeRows([values, values], schema));
      const [row = {}, ...others] = batch.rows();
      expect(Object.keys(row)).to.deep.equal(all);
      expect(rowValues(row)).to.deep.equal(values);
      expect([...others, batch.row(1), ...batch]).to.deep.equal([row, row, row, row]);
      expect(Object.getPrototypeOf(row)).to.equal(Object.prototype);
    }
  });

  it("keeps a variant's bytes", () => {
    const fields = [
      new Field('value', new Binary()),
      new Field('metadata', new Binary(), false, new Map([['variant', 'true']])),
    ];
    const children = [[1], [2, 3]].map((bytes) => onlyData([Uint8Array.from(bytes)], new Binary()));
    const data = makeData({ type: new Struct(fields), length: 1, nullCount: 0, children });
    const batch = new BatchDecoder(undefined).decode(ipcOf({ v: data }));
    expect(batch.schema.toDDL()).to.equal('v VARIANT');
    expect(batch.row(0)).to.deep.equal({ v: new Variant(Uint8Array.of(1), Uint8Array.of(2, 3)) });
  });

  it('names the column and the type that it cannot read', () => {
    const numbers = ipcOf({ ok: onlyData([1], new Int32()), n: onlyData([1n], new Int64()) });
    const cases: ReadonlyArray<readonly [() => unknown, RegExp]> = [
      [
        () => new BatchDecoder(parseDDL('ok INT, n INT')).decode(numbers),
        /column n: Spark's int came as Arrow's Int64/,
      ],
      [() => new BatchDecoder(parseDDL('ok INT')).decode(numbers), /2 columns where the schema has 1/],
      [
        () => new BatchDecoder(new StructType([field('g', T.array(T.unparsed('geo')))])),
        /column g\.element: values of type geo cannot be read yet/,
      ],
      [() => new BatchDecoder(undefined).decode(ipcOf({ u: onlyData([1], new Uint32()) })), /column u: Arrow's Uint32/],
      [
        () => new BatchDecoder(undefined).decode(ipcOf({ t: onlyData([1], new TimestampMillisecond()) })),
        /column t: Arrow's Timestamp/,
      ],
      [
        () =>
          new BatchDecoder(undefined).decode(ipcOf({ d: onlyData(['x'], new Dictionary(new Utf8(), new Int32())) })),
        /column d: Arrow's Dictionary/,
      ],
    ];
    for (const [decode, message] of cases) expect(decode).to.throw(message).with.property('code', 'decode');
  });

  it('refuses bytes that are no message, or only a part of one', () => {
    const schema = parseDDL('id BIGINT, text STRING');
    const ipc = encodeRows(
      Array.from({ length: 100 }, (_, id) => ({ id, text: `text ${id}` })),
      schema,
    );
    const parts = [new Uint8Array(0), Uint8Array.of(1, 2, 3), ipc.subarray(0, 64), ipc.subarray(0, ipc.length - 900)];
    for (const part of parts) {
      expect(() => new BatchDecoder(schema).decode(part), `${part.length} bytes`)
        .to.throw(/cannot be read|column/)
        .with.property('code', 'decode');
    }
  });

  it('reads decimals whose scale is below zero', () => {
    const data = makeData({
      type: new ArrowDecimal(-5, 2, 128),
      length: 2,
      data: new Uint32Array([12, 0, 0, 0, ...Array<number>(4).fill(2 ** 32 - 1)]),
    });
    const [first, second] = new BatchDecoder(undefined)
      .decode(ipcOf({ w: data }))
      .column(0)
      .toArray();
    expect([first, second]).to.deep.equal([new Decimal(1_200_000n), new Decimal(-100_000n)]);
    const sent = create(DataTypeSchema, { kind: { case: 'decimal', value: { precision: 2, scale: -5 } } });
    expect(fromProto(sent)).to.deep.equal({ kind: 'decimal', precision: 2, scale: -5 });
  });

  it('refuses, as a table, messages of different columns', () => {
    const messages = ['a INT', 'a STRING'].map((ddl) => encodeRows([[null]], parseDDL(ddl)));
    expect(() => decodeTable(messages))
      .to.throw(SparkConnectError, 'the batches make no table')
      .with.property('code', 'decode');
  });
});
