import { Float64, Int32, Table, tableFromArrays, tableFromJSON, vectorFromArray } from 'apache-arrow';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type DataFrame,
  functions as F,
  parseDDL,
  rowValues,
  SparkConnectError,
  type SparkSession,
} from '../../src/index.ts';
import { arbitraryTable } from '../helpers/arbitrary-tables.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';

interface Reading {
  readonly id: number;
  readonly ward: string;
}

class Bed {
  readonly ward: string;
  readonly count: number | undefined;

  constructor(ward: string, count?: number) {
    this.ward = ward;
    this.count = count;
  }
}

describe('createDataFrame', () => {
  let spark: SparkSession;

  before(async () => {
    spark = await openSession();
  });
  after(() => spark.stop());

  describe('of rows', () => {
    it('calls the columns of objects by the names given, in the order of their keys', async () => {
      const frame = spark.createDataFrame([{ a: 1 }, { b: ['x'], a: 2 }], ['z', 'A B']);
      expect(await frame.dtypes()).to.deep.equal([
        ['z', 'bigint'],
        ['A B', 'array<string>'],
      ]);
      expect(await frame.collect()).to.deep.equal([
        { z: 1n, 'A B': null },
        { z: 2n, 'A B': ['x'] },
      ]);
    });

    it('keeps all values where names repeat', async () => {
      for (const row of [{ a: 1, b: 'x' }, [1, 'x']]) {
        const frame = spark.createDataFrame([row], ['z', 'z']);
        expect((await frame.collect()).map(rowValues)).to.deep.equal([[1n, 'x']]);
      }
    });

    it('keeps names that are empty or repeat, in every depth', async () => {
      const schema = parseDDL(
        '`` INT, s STRUCT<a: INT, a: ARRAY<STRUCT<``: STRING>>>, m MAP<STRUCT<x: INT, x: INT>, INT>',
      );
      const rows = [
        [1, [2, [{ '': 'x' }, null]], new Map([[[3, 4], 5]])],
        [null, null, null],
      ];
      const frame = spark.createDataFrame(rows, schema);
      const valuesOf = async (from: DataFrame) => {
        const [first = {}] = await from.collect<{ s: object; m: Map<object, number> }>();
        const { s, m } = first as { s: object; m: Map<object, number> };
        return [rowValues(first)[0], rowValues(s), Array.from(m, ([key, value]) => [rowValues(key), value])];
      };
      const expected = [1, [2, [{ '': 'x' }, null]], [[[3, 4], 5]]];
      expect(await valuesOf(frame)).to.deep.equal(expected);
      expect((await frame.schema()).toDDL()).to.equal(schema.toDDL());
      const again = spark.createDataFrame(await frame.toArrow());
      expect(await valuesOf(again)).to.deep.equal(expected);
      expect(await spark.createDataFrame([{ '': 1 }]).collect()).to.deep.equal([{ '': 1n }]);
    });

    it('takes what a row does not have for null where it infers the schema', async () => {
      const rows: readonly object[] = [
        { a: 1, s: { x: 1 } },
        { b: 2, s: { y: [undefined, 'y'] } },
        { a: undefined, toString: 'own' },
      ];
      expect(await spark.createDataFrame(rows).collect()).to.deep.equal([
        { a: 1n, s: { x: 1n, y: null }, b: null, toString: null },
        { a: null, s: { x: null, y: [null, 'y'] }, b: 2n, toString: null },
        { a: null, s: null, b: null, toString: 'own' },
      ]);
      expect(() => spark.createDataFrame(rows, 'a INT, b INT, s STRUCT<x: INT>, toString STRING')).to.throw(
        SparkConnectError,
        'row 0, column b: the value is missing',
      );
    });

    it('takes rows that an interface or a class describes', async () => {
      const readings = [{ id: 1, ward: '3B' }];
      const frame = spark.createDataFrame(readings, 'id INT, ward STRING');
      const same: Reading[] = await frame.collect<Reading>();
      expect(await spark.createDataFrame(same, 'id INT, ward STRING').collect()).to.deep.equal(readings);
      const beds: readonly Bed[] = [new Bed('3B', 4), new Bed('4A')];
      const expected = [
        { ward: '3B', count: 4n },
        { ward: '4A', count: null },
      ];
      expect(await spark.createDataFrame(beds).collect()).to.deep.equal(expected);
      expect(await spark.createDataFrame(beds.slice(0, 1), 'count BIGINT, ward STRING').collect()).to.deep.equal([
        { count: 4n, ward: '3B' },
      ]);
    });
  });

  describe('of an Arrow table', () => {
    const table = tableFromArrays({ id: Int32Array.of(1, 2), weight: Float64Array.of(70.5, 81) });

    it('gives columns the names given', async () => {
      expect(await spark.createDataFrame(table, ['z', 'id']).collect()).to.deep.equal([
        { z: 1, id: 70.5 },
        { z: 2, id: 81 },
      ]);
    });

    it('takes one without rows, and one with batches that have none', async () => {
      const empty = tableFromArrays({ id: Int32Array.of(), weight: Float64Array.of() });
      for (const none of [empty, new Table(table.schema, []), table.slice(0, 0)]) {
        const frame = spark.createDataFrame(none);
        expect(await frame.dtypes()).to.deep.equal([
          ['id', 'int'],
          ['weight', 'double'],
        ]);
        expect(await frame.collect()).to.deep.equal([]);
      }
      const id = vectorFromArray([1], new Int32());
      const weight = vectorFromArray([70.5], new Float64());
      const [filled] = new Table({ id, weight }).batches;
      const [hollow] = new Table({ id, weight }).slice(0, 0).batches;
      const parts = [hollow, filled, hollow].filter((batch) => batch !== undefined);
      expect(await spark.createDataFrame(new Table(parts)).collect()).to.deep.equal([{ id: 1, weight: 70.5 }]);
    });

    it('has columns that are never null where the schema wants them and the table has no nulls', async () => {
      const schema = parseDDL('weight DOUBLE NOT NULL, id BIGINT NOT NULL');
      const open = new Table({
        id: vectorFromArray([1, 2], new Int32()),
        weight: vectorFromArray([70.5, 81], new Float64()),
      });
      const parts = new Table([...open.batches, ...open.batches]);
      for (const sent of [open, parts, open.slice(0, 0)]) {
        const frame = spark.createDataFrame(sent, schema);
        expect((await frame.schema()).toDDL()).to.equal(schema.toDDL());
        expect((await frame.collect()).length).to.equal(sent.numRows);
      }
      const one = spark.createDataFrame(open, 'weight DOUBLE, id INT NOT NULL');
      expect(await one.collect()).to.deep.equal([
        { weight: 70.5, id: 1 },
        { weight: 81, id: 2 },
      ]);
    });

    it('takes dictionaries, times in other units, and lists and bytes in other layouts', async () => {
      const hasTimes = await isAtLeast(spark, '4.1');
      if (hasTimes) await spark.conf.set('spark.sql.timeType.enabled', 'true');
      await fc.assert(
        fc.asyncProperty(arbitraryTable({ hasTimes }), async ({ table: sent, rows }) => {
          expect(await spark.createDataFrame(sent).collect()).to.deep.equal(rows);
        }),
        { numRuns: 15 },
      );
    });

    it('takes what JavaScript makes of arrays and objects', async () => {
      const words = tableFromArrays({ a: Int32Array.of(1, 2), s: ['x', 'x'] });
      expect(await spark.createDataFrame(words).withColumn('u', F.upper('s')).collect()).to.deep.equal([
        { a: 1, s: 'x', u: 'X' },
        { a: 2, s: 'x', u: 'X' },
      ]);
      const moments = spark.createDataFrame(tableFromJSON([{ s: 'x', d: new Date(-5) }]));
      expect(
        await moments.selectExpr("s = 'x' AND d = timestamp_ntz'1969-12-31 23:59:59.995' AS same").collect(),
      ).to.deep.equal([{ same: true }]);
    });
  });
});
