import { tableFromIPC } from '@uwdata/flechette';
import { expect } from 'chai';
import fc from 'fast-check';
import { BatchDecoder, encodeRows, inferSchema } from '../../../src/arrow/index.ts';
import { Geography, Geometry, parseDDL } from '../../../src/types/index.ts';
import { arbitraryRow, EVERYTHING } from './arbitrary-rows.ts';

describe('rows through Arrow and back', () => {
  it('are the same, whatever type and nulls', () => {
    const decoder = new BatchDecoder(EVERYTHING);
    fc.assert(
      fc.property(fc.array(arbitraryRow(EVERYTHING), { maxLength: 20 }), (rows) => {
        const batch = decoder.decode(encodeRows(rows, EVERYTHING));
        expect(batch.rows()).to.deep.equal(rows);
        expect(batch.rowCount).to.equal(rows.length);
      }),
      { numRuns: 60 },
    );
  });

  it('are the same in many batches, whose builders are used again', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRow(EVERYTHING), { minLength: 130, maxLength: 200 }), (rows) => {
        const ipc = encodeRows(rows, EVERYTHING, 1);
        expect(tableFromIPC(ipc).numRows).to.equal(rows.length);
        expect(new BatchDecoder(EVERYTHING).decode(ipc).rows()).to.deep.equal(rows);
      }),
      { numRuns: 10 },
    );
  });

  it('are the same by row, by column, by position and as iterated', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRow(EVERYTHING), { minLength: 1, maxLength: 10 }), (rows) => {
        const batch = new BatchDecoder(EVERYTHING).decode(encodeRows(rows, EVERYTHING));
        expect([...batch]).to.deep.equal(rows);
        expect(rows.map((_, index) => batch.row(index))).to.deep.equal(rows);
        expect(batch.toArrays()).to.deep.equal(rows.map((row) => Object.values(row)));
        for (const [index, name] of EVERYTHING.names.entries()) {
          const column = batch.column(index);
          expect(column.toArray()).to.deep.equal(rows.map((row) => row[name]));
          expect(rows.map((_, row) => column.isNull(row))).to.deep.equal(rows.map((row) => row[name] === null));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('tell the same schema without being told', () => {
    const ipc = encodeRows([], EVERYTHING);
    expect(new BatchDecoder(undefined).decode(ipc).schema).to.deep.equal(EVERYTHING);
  });

  it('cross blocks and bytes of bitmaps', () => {
    const schema = parseDDL('id BIGINT NOT NULL, flag BOOLEAN, text STRING');
    const rows = Array.from({ length: 2500 }, (_, index) => ({
      id: BigInt(index),
      flag: index % 3 === 0 ? null : index % 2 === 0,
      text: index % 5 === 0 ? null : `row ${index}${index % 7 === 0 ? ' – with a tail beyond ASCII' : ''}`,
    }));
    expect(new BatchDecoder(schema).decode(encodeRows(rows, schema)).rows()).to.deep.equal(rows);
  });

  it('start at any byte of a message', () => {
    const schema = parseDDL('id BIGINT, text STRING, d DECIMAL(38,2)');
    const ipc = encodeRows([[1, 'ä', '1.25']], schema);
    for (let shift = 0; shift < 9; shift++) {
      const message = new Uint8Array(ipc.length + shift);
      message.set(ipc, shift);
      const [row] = new BatchDecoder(schema).decode(message.subarray(shift)).rows();
      expect(`${row?.id} ${row?.text} ${row?.d}`).to.equal('1 ä 1.25');
    }
  });
});

describe('encodeRows, read by another library', () => {
  it('means the same there', () => {
    const schema = parseDDL(
      'b BOOLEAN, i INT, l BIGINT, f FLOAT, d DOUBLE, s STRING, x BINARY, t TIMESTAMP, day DATE, de DECIMAL(38,3), ' +
        'a ARRAY<INT>, m MAP<STRING, BIGINT>, st STRUCT<x: INT, y: STRING>',
    );
    const ipc = encodeRows(
      [
        [
          true,
          7,
          -(2n ** 63n),
          0.5,
          1e300,
          'ü',
          new Uint8Array([0, 255]),
          '2026-01-02T03:04:05.006007Z',
          '2026-01-02',
          '-12.5',
          [1, null],
          new Map([['k', 5n]]),
          { x: 1, y: null },
        ],
        Array.from({ length: 13 }, () => null),
      ],
      schema,
    );
    const table = tableFromIPC(ipc, { useBigInt: true, useDecimalInt: true, useMap: true });
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type.typeId}`).length).to.equal(13);
    const [first, second] = table.toArray();
    expect(first).to.deep.equal({
      b: true,
      i: 7,
      l: -(2n ** 63n),
      f: 0.5,
      d: 1e300,
      s: 'ü',
      x: new Uint8Array([0, 255]),
      t: Date.UTC(2026, 0, 2, 3, 4, 5) + 6.007,
      day: Date.UTC(2026, 0, 2),
      de: -12_500n,
      a: [1, null],
      m: new Map([['k', 5n]]),
      st: { x: 1, y: null },
    });
    expect(Object.values(second ?? {}).every((value) => value === null)).to.equal(true);
  });
});

describe('inferSchema', () => {
  it('finds the types of all rows', () => {
    const rows = [
      { a: 1, b: 1, c: 1, s: null, list: [], nested: { x: 1 }, map: new Map([['k', null]]), at: new Date(0) },
      { a: 2, b: 2.5, c: 1n, s: 'x', list: [true], nested: { y: [1n] }, map: new Map([['k', 2]]), at: null },
    ];
    expect(inferSchema(rows).toDDL()).to.equal(
      'a BIGINT,b DOUBLE,c BIGINT,s STRING,list ARRAY<BOOLEAN>,nested STRUCT<x: BIGINT, y: ARRAY<BIGINT>>,' +
        'map MAP<STRING, BIGINT>,at TIMESTAMP',
    );
    expect(inferSchema([[1, 'x']]).toDDL()).to.equal('_1 BIGINT,_2 STRING');
    const [here, there] = [new Geometry(Uint8Array.of(1), 0), new Geometry(Uint8Array.of(1), 4326)];
    const onGlobe = new Geography(Uint8Array.of(1), 4326);
    expect(
      inferSchema([
        { a: here, b: here, c: onGlobe },
        { a: there, b: here, c: null },
      ]).toDDL(),
    ).to.equal('a GEOMETRY(ANY),b GEOMETRY(0),c GEOGRAPHY(4326)');
    expect(inferSchema([[[here, there, here]]]).toDDL()).to.equal('_1 ARRAY<GEOMETRY(ANY)>');
    expect(inferSchema([{ a: 1.5 }, { a: 1 }, { a: 2 ** 60 }]).toDDL()).to.equal('a DOUBLE');
  });

  const wrong: ReadonlyArray<readonly [string, ReadonlyArray<Record<string, unknown>>, RegExp]> = [
    ['no rows', [], /from no rows/],
    ['only nulls', [{ ok: 1, a: null }], /column a: no value but null/],
    ['an empty array', [{ a: { b: [] } }], /column a\.b\.element: no value but null/],
    ['text beside numbers', [{ a: 1 }, { a: 'x' }], /column a: values of bigint and of string do not go together/],
    ['a fraction beside a bigint', [{ a: 1n }, { a: 1.5 }], /column a: values of bigint and of double/],
    ['an object beside an array', [{ a: {} }, { a: [] }], /column a: values of struct and of array/],
    [
      'shapes of both kinds',
      [{ a: new Geometry(Uint8Array.of(1), 4326) }, { a: new Geography(Uint8Array.of(1), 4326) }],
      /column a: values of geometry\(4326\) and of geography\(4326\) do not go together/,
    ],
    ['a function', [{ a: () => 1 }], /column a: no type of Spark's for a function/],
    ['an unknown class', [{ a: /x/ }], /column a: no type of Spark's for a value of RegExp/],
  ];
  for (const [what, rows, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => inferSchema(rows))
        .to.throw(message)
        .with.property('code', 'encode');
    });
  }
});
