import {
  Decimal,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  Map_,
  makeData,
  Struct,
  Table,
  tableFromArrays,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { expect } from 'chai';
import { encodeRows } from '../../../src/arrow/index.ts';
import { LocalDate, parseDDL, SparkConnectError } from '../../../src/index.ts';
import { planSession, rootOf } from '../../helpers/plans.ts';

const spark = planSession();

function expectRefused(make: () => unknown, ...messages: string[]): void {
  for (const message of messages) {
    expect(make).to.throw(SparkConnectError, message).with.property('code', 'encode');
  }
}

describe('createDataFrame', () => {
  describe('of rows', () => {
    it('wants one name for each column', () => {
      expectRefused(() => spark.createDataFrame([{ a: 1 }, { b: 1 }], ['z']), '1 names (z) for 2 columns (a, b)');
      expectRefused(() => spark.createDataFrame([[1, 2]], ['z']), 'a row has 2 values for 1 columns');
      expectRefused(() => spark.createDataFrame([[1, 2], { a: 1 }], ['y', 'z']), '2 names (y, z) for 3 columns');
    });

    it('refuses values in place of rows', () => {
      for (const value of [new Map([['a', 1]]), new Date(), LocalDate.parse('2026-02-28'), Uint8Array.of(1), () => 1]) {
        expectRefused(() => spark.createDataFrame([{ a: 1 }, value]), 'row 1: ', ' has no columns');
      }
      expectRefused(() => spark.createDataFrame([new (class Hidden {})()]), 'row 0: a value of Hidden has no columns');
      expectRefused(() => spark.createDataFrame([new Map([['a', 1]])], 'a INT'), 'row 0: a value of Map does not fit');
    });

    it('refuses names that UTF-8 cannot hold', () => {
      expectRefused(() => spark.createDataFrame([{ '\ud800': 1 }]), 'column "\\ud800": the name has half a character');
      expectRefused(() => spark.createDataFrame([[1]], ['a\udc00']), 'column "a\\udc00"');
      expectRefused(() => spark.createDataFrame([{ a: [{ '\ud800': 1 }] }]), 'column "a.element.\\ud800"');
      expectRefused(() => spark.createDataFrame([], 'm MAP<INT, STRUCT<`\ud800`: INT>>'), 'column "m.value.\\ud800"');
      expect(() => spark.createDataFrame([{ '\ud83d\ude00': 1 }])).not.to.throw();
    });

    it('names a column that tells no type as the program does', () => {
      expectRefused(() => spark.createDataFrame([[1, null]], ['y', 'z']), 'column z: no value but null');
    });
  });

  describe('of an Arrow table', () => {
    const table = tableFromArrays({ a: Int32Array.of(1, 2), b: Int32Array.of(3, 4) });
    const lists = vectorFromArray([[1], [2, null, 0.5]], new List(new Field('item', new Float64(), true)));
    const entries = new Struct<{ key: Utf8; value: Float64 }>([
      new Field('key', new Utf8(), false),
      new Field('value', new Float64(), true),
    ]);
    const maps = vectorFromArray([new Map([['k', 0.5]])], new Map_(new Field('entries', entries, false)));
    const structs = vectorFromArray([{ x: 0.5 }, null], new Struct([new Field('x', new Float64(), true)]));
    const decimals = new Vector([
      makeData({ type: new Decimal(2, 10), length: 2, data: Uint32Array.of(100, 0, 0, 0, 25, 0, 0, 0) }),
    ]);

    it('refuses a schema with other columns, also in another case', () => {
      expectRefused(() => spark.createDataFrame(table, 'a INT, z INT'), 'it lacks z, and the schema has no b');
      expectRefused(() => spark.createDataFrame(table, 'a INT'), 'the schema has no b');
      expectRefused(() => spark.createDataFrame(table, 'a INT, b INT, c INT'), 'it lacks c');
      expectRefused(() => spark.createDataFrame(table, 'A INT, b INT'), 'it lacks A, and the schema has no a');
      expect(() => spark.createDataFrame(table, 'b INT, a BIGINT')).not.to.throw();
    });

    it('refuses numbers that the cast to a schema would change', () => {
      const refused: ReadonlyArray<readonly [Vector, type: string, message: string]> = [
        [
          vectorFromArray([1, 1.5], new Float64()),
          'INT',
          'row 1, column a: 1.5 does not fit int: expected a whole number',
        ],
        [vectorFromArray([Number.NaN], new Float64()), 'TINYINT', 'row 0, column a: NaN does not fit tinyint'],
        [vectorFromArray([300], new Float32()), 'TINYINT', 'from -128 to 127'],
        [vectorFromArray([-0.5], new Float32()), 'BIGINT', 'a whole number'],
        [vectorFromArray([1.25], new Float64()), 'DECIMAL(2,1)', 'at most 1 digits behind the point'],
        [vectorFromArray([2n ** 53n + 1n], new Int64()), 'DOUBLE', '9007199254740993n does not fit double'],
        [vectorFromArray([2 ** 24 + 1], new Int32()), 'FLOAT', '16777217 does not fit float'],
        [decimals, 'DECIMAL(10,1)', 'row 1, column a: Decimal(0.25) does not fit decimal(10,1)'],
        [decimals, 'INT', 'row 1, column a: Decimal(0.25) does not fit int: expected a whole number'],
        [lists, 'ARRAY<BIGINT>', 'row 1, column a.element: 0.5 does not fit bigint'],
        [maps, 'MAP<STRING, INT>', 'row 0, column a.value: 0.5 does not fit int'],
        [structs, 'STRUCT<x: SMALLINT>', 'row 0, column a.x: 0.5 does not fit smallint'],
      ];
      for (const [a, type, message] of refused) {
        expectRefused(() => spark.createDataFrame(new Table({ a }), `a ${type}`), message);
      }
      const batches = [1, 0.5].flatMap((value) => new Table({ a: vectorFromArray([value], new Float64()) }).batches);
      expectRefused(() => spark.createDataFrame(new Table(batches), 'a INT'), 'row 1, column a: 0.5');
    });

    it('casts numbers that lose nothing', () => {
      const taken: ReadonlyArray<readonly [Vector, type: string]> = [
        [vectorFromArray([-128, null, 127], new Float64()), 'TINYINT'],
        [vectorFromArray([2 ** 62], new Float64()), 'BIGINT'],
        [vectorFromArray([0.1, 1.5], new Float32()), 'DECIMAL(2,1)'],
        [vectorFromArray([0.1, 1e30], new Float64()), 'DECIMAL(38,1)'],
        [vectorFromArray([0.1], new Float64()), 'FLOAT'],
        [vectorFromArray([2n ** 53n, 2n ** 62n], new Int64()), 'DOUBLE'],
        [decimals, 'DECIMAL(12,3)'],
        [decimals.slice(0, 1), 'INT'],
        [lists.slice(0, 1), 'ARRAY<INT>'],
        [structs, 'STRUCT<x: FLOAT>'],
      ];
      for (const [a, type] of taken) {
        expect(() => spark.createDataFrame(new Table({ a }), `a ${type}`), type).not.to.throw();
      }
    });

    it('refuses nulls where a schema wants none', () => {
      const holes = new Table({ a: vectorFromArray([1, null], new Int32()) });
      const message = 'column a: null where the schema says not null';
      expectRefused(() => spark.createDataFrame(holes, 'a BIGINT NOT NULL'), `row 1, ${message}`);
      const full = holes.slice(0, 1);
      const later = new Table([...full.batches, ...full.batches, ...holes.batches]);
      expectRefused(() => spark.createDataFrame(later, 'a INT NOT NULL'), `row 3, ${message}`);
      expect(() => spark.createDataFrame(full, 'a INT NOT NULL')).not.to.throw();
    });

    it('refuses a schema with other inner columns', () => {
      const nested = new Table({ s: vectorFromArray([{ x: [{ y: 1 }] }]) });
      expectRefused(() => spark.createDataFrame(nested, 's STRUCT<z: INT>'), 'it lacks s.z, and the schema has no s.x');
      expectRefused(
        () => spark.createDataFrame(nested, 's STRUCT<x: ARRAY<STRUCT<z: INT>>>'),
        'it lacks s.x.element.z, and the schema has no s.x.element.y',
      );
      expect(() => spark.createDataFrame(nested, 's STRUCT<x: ARRAY<STRUCT<y: INT>>>')).not.to.throw();
    });

    it('wants one name for each column', () => {
      expectRefused(() => spark.createDataFrame(table, ['z']), '1 names (z) for 2 columns (a, b)');
    });

    it('sends no data where there are no rows', () => {
      const empty = new Table({ a: vectorFromArray([], new Int32()) });
      expect(rootOf(spark.createDataFrame(empty)))
        .to.have.nested.property('localRelation')
        .with.all.keys('schema');
    });
  });
});

describe('encodeRows', () => {
  it('takes a value that is missing for null where it may, but not where the schema allows none', () => {
    const schema = parseDDL('a INT NOT NULL, b ARRAY<INT>');
    expect(encodeRows([{ a: 1 }, { b: [undefined], a: 1 }], schema, undefined, 'null').byteLength).to.be.greaterThan(0);
    expectRefused(() => encodeRows([{ b: [] }], schema, undefined, 'null'), 'row 0, column a: null where');
    expectRefused(() => encodeRows([{ c: 1 }], schema, undefined, 'null'), 'the schema has no column c');
  });
});
