import { type DataType as ArrowType, type Field, Struct, tableFromIPC } from 'apache-arrow';
import { expect } from 'chai';
import { BatchDecoder, encodeRows } from '../../../src/arrow/index.ts';
import {
  CalendarInterval,
  DayTimeInterval,
  Decimal,
  Geography,
  Geometry,
  LocalDate,
  LocalTime,
  parseDDL,
  StructType,
  types as T,
  Timestamp,
} from '../../../src/types/index.ts';

function encode(ddl: string, ...values: unknown[]): unknown[] {
  const schema = parseDDL(`v ${ddl}`);
  const rows = values.map((v) => ({ v }));
  return new BatchDecoder(schema).decode(encodeRows(rows, schema)).column(0).toArray();
}

describe('encodeRows', () => {
  it('takes the forms that lose nothing', () => {
    expect(encode('BIGINT', 1, 2n, Number.MAX_SAFE_INTEGER)).to.deep.equal([1n, 2n, 9_007_199_254_740_991n]);
    expect(encode('INT', 5n)).to.deep.equal([5]);
    const quarters = [Decimal.from('0.25'), '0.25', 0.25, '2.5e-1'];
    expect(encode('DECIMAL(10,2)', ...quarters)).to.deep.equal(quarters.map(() => new Decimal(25n, 2)));
    expect(encode('DECIMAL(10,2)', 7n)).to.deep.equal([new Decimal(700n, 2)]);
    const moment = new Timestamp(1_500_000n);
    expect(encode('TIMESTAMP', moment, new Date(1500), '1970-01-01T01:00:01.5+01:00')).to.deep.equal([
      moment,
      moment,
      moment,
    ]);
    expect(encode('DATE', '1970-01-02', new LocalDate(1))).to.deep.equal([new LocalDate(1), new LocalDate(1)]);
    const time = LocalTime.parse('23:59:59');
    expect(encode('TIME(0)', '23:59:59', time)).to.deep.equal([time, time]);
    const longest = new CalendarInterval(0, 0, (2n ** 63n - 1n) / 1000n);
    expect(encode('INTERVAL', longest)).to.deep.equal([longest]);
    expect(encode('STRUCT<x: INT>', [1], { x: 2 })).to.deep.equal([{ x: 1 }, { x: 2 }]);
  });

  const unfit: ReadonlyArray<readonly [string, unknown, RegExp]> = [
    ['INT', 2 ** 31, /2147483648 does not fit int: expected a number from -2147483648 to 2147483647/],
    ['TINYINT', -129, /-129 does not fit tinyint/],
    ['SMALLINT', 40_000n, /40000n does not fit smallint/],
    ['INT', 1.5, /1\.5 does not fit int: expected a whole number/],
    ['INT', '1', /"1" does not fit int/],
    ['BIGINT', 0.5, /expected a whole number/],
    ['BIGINT', 2 ** 53, /expected a bigint, since a number is not exact beyond 2\^53/],
    ['BIGINT', 2n ** 63n, /expected a number of 64 bits/],
    ['BIGINT', Number.NaN, /NaN does not fit bigint/],
    ['FLOAT', 1e300, /float's range/],
    ['DOUBLE', 1n, /1n does not fit double/],
    ['BOOLEAN', 1, /1 does not fit boolean/],
    ['STRING', 5, /5 does not fit string/],
    ['STRING', 'a\ud800', /lone surrogates/],
    ['VARCHAR(2)', 'abc', /at most 2 characters/],
    ['BINARY', 'abc', /expected a Uint8Array/],
    ['DECIMAL(5,2)', '1.005', /at most 2 digits behind the point/],
    ['DECIMAL(5,2)', 1000, /1000 does not fit decimal\(5,2\): expected at most 3 digits before the point/],
    ['DECIMAL(5,2)', Decimal.from('1234.5'), /: Decimal\(1234\.5\) does not fit/],
    ['DECIMAL(38,18)', Decimal.from('9'.repeat(50)), /: Decimal\(9{40}…\) does not fit/],
    ['DATE', new Timestamp(0n), /: Timestamp\(1970-01-01T00:00:00Z\) does not fit date/],
    ['TIME(0)', '12:00:00.123456', /"12:00:00.123456" does not fit time\(0\): expected at most 0 digits of a second/],
    ['TIME(3)', LocalTime.parse('12:00:00.1234'), /LocalTime\(12:00:00\.1234\) does not fit time\(3\)/],
    ['TIME', LocalTime.parse('12:00:00.0000001'), /at most 6 digits of a second/],
    ['INTERVAL', new CalendarInterval(0, 0, 2n ** 62n), /less than 292 years/],
    ['INTERVAL DAY TO SECOND', new DayTimeInterval(2n ** 63n), /a number of 64 bits/],
    ['DECIMAL(5,2)', Number.POSITIVE_INFINITY, /a decimal number/],
    ['DATE', new Date(0), /depends on a time zone/],
    ['DATE', '2026-02-30', /"2026-02-30" does not fit date/],
    ['TIMESTAMP', new Date(Number.NaN), /an invalid Date does not fit timestamp/],
    ['TIMESTAMP', '2026-01-01T00:00:00', /Z or an offset/],
    ['TIMESTAMP', 0, /0 does not fit timestamp/],
    ['TIMESTAMP_NTZ', '2026-01-01T00:00:00Z', /without a zone/],
    ['VARIANT', { a: 1 }, /a value of Object does not fit variant: expected a Variant/],
    ['ARRAY<INT>', new Set([1]), /a value of Set does not fit array<int>: expected an array/],
    ['ARRAY<INT>', [1, 'x'], /column v\.element: "x" does not fit int/],
    ['MAP<STRING, INT>', { a: 1 }, /expected a Map/],
    ['MAP<STRING, INT>', new Map([[null, 1]]), /column v\.key: null where the schema says not null/],
    ['STRUCT<x: STRUCT<y: INT>>', { x: { y: 'no' } }, /row 1, column v\.x\.y: "no" does not fit int/],
    ['STRUCT<x: INT>', { x: 1, z: 2 }, /column v\.z: the schema has no column z/],
    ['STRUCT<x: INT>', {}, /column v\.x: the value is missing/],
    ['STRUCT<x: INT>', [1, 2], /2 values for 1 columns/],
    ['STRUCT<x: INT NOT NULL>', { x: null }, /column v\.x: null where the schema says not null/],
    ['INT', undefined, /the value is missing/],
    ['GEOMETRY(0)', Uint8Array.of(1), /a value of Uint8Array does not fit geometry\(0\): expected a Geometry/],
    [
      'GEOMETRY(4326)',
      new Geography(Uint8Array.of(1), 4326),
      /Geography\(SRID=4326;01\) does not fit geometry\(4326\)/,
    ],
    ['GEOGRAPHY(4326)', new Geometry(Uint8Array.of(1), 4326), /Geometry\(SRID=4326;01\) does not fit .* a Geography/],
    ['GEOMETRY(0)', new Geometry(Uint8Array.of(1), 4326), /a geometry with SRID 4326 does not fit geometry\(0\)/],
  ];
  for (const [ddl, value, message] of unfit) {
    it(`refuses ${String(value)} for ${ddl}: ${message.source.slice(0, 30)}`, () => {
      expect(() => encode(ddl, null, value))
        .to.throw(message)
        .with.property('code', 'encode');
      expect(() => encode(ddl, null, value)).to.throw(/^row 1, column v/);
    });
  }

  it('refuses rows that are none, and types that cannot be sent', () => {
    const schema = parseDDL('a INT');
    expect(() => encodeRows([new Date() as never], schema)).to.throw(/^row 0: a value of Date does not fit/);
    expect(() => encodeRows([], new StructType([T.field('v', T.unparsed('nope'))]))).to.throw(
      /^column v: .* cannot be sent yet/,
    );
  });

  it('takes repeated column names by position only', () => {
    const schema = parseDDL('a INT, a STRING');
    const batch = new BatchDecoder(schema).decode(encodeRows([[1, 'x']], schema));
    expect(batch.toArrays()).to.deep.equal([[1, 'x']]);
    expect(() => encodeRows([{ a: 1 }], schema)).to.throw(/names repeat/);
  });

  it('writes names that are different and not empty in every depth', () => {
    const schema = parseDDL(
      '`` INT, s STRUCT<a: INT, a: ARRAY<STRUCT<``: INT, _0: INT>>, a_1: MAP<STRUCT<x: INT, x: INT>, INT>>',
    );
    const row = [1, [2, [[3, 4]], new Map([[[5, 6], 7]])]];
    const namesOf = (type: ArrowType): string[] =>
      (type.children ?? []).flatMap(({ name, type: inner }: Field) => [name, ...namesOf(inner)]);
    const { fields } = tableFromIPC(encodeRows([row], schema)).schema;
    expect(namesOf(new Struct(fields))).to.deep.equal([
      '_0',
      's',
      'a',
      'a_2',
      'element',
      '_1',
      '_0',
      'a_1',
      'entries',
      'key',
      'x',
      'x_1',
      'value',
    ]);
  });
});
