import { expect } from 'chai';
import {
  type Column,
  col,
  functions as F,
  lit,
  type SparkConnectError,
  type SparkSession,
  StructType,
  types as T,
} from '../../src/index.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';

/** Called by their own rules: with callbacks, with values that are no columns. */
const ownRules = new Set([
  ...['col', 'column', 'expr', 'lit', 'callFunction', 'when', 'arraySort', 'transform', 'filter', 'exists', 'forall'],
  ...['callUdf', 'broadcast', 'fromAvro', 'toAvro', 'fromProtobuf', 'toProtobuf'],
  ...['aggregate', 'reduce', 'zipWith', 'mapFilter', 'transformKeys', 'transformValues', 'mapZipWith'],
]);

/** A call with as many nulls as the function takes at least. */
function smallestCall(make: (...args: unknown[]) => Column): Column {
  for (let count = 0; count < 10; count++) {
    try {
      return make(...Array(count).fill(lit(null)));
    } catch (error) {
      if (count === 9) throw error;
    }
  }
  throw new Error('unreachable');
}

describe('functions on a server', () => {
  let spark: SparkSession;
  before(async () => {
    spark = await openSession();
  });
  after(() => spark.stop());

  const value = async (column: Column): Promise<unknown> => {
    const row = await spark.range(1).select(column.as('value')).first<{ value: unknown }>();
    return row?.value;
  };

  it('all have names that Spark 4.1 knows', async function () {
    if (!(await isAtLeast(spark, '4.1'))) this.skip();
    const one = spark.range(1);
    const unknown: string[] = [];
    let asked = 0;
    for (const [name, make] of Object.entries(F)) {
      if (ownRules.has(name)) continue;
      const schema = one.select(smallestCall(make as (...args: unknown[]) => Column)).schema();
      asked += 1;
      await schema.catch((error: SparkConnectError) => {
        if (error.errorClass?.startsWith('UNRESOLVED_ROUTINE')) unknown.push(name);
      });
    }
    expect(unknown).to.deep.equal([]);
    expect(asked).to.be.greaterThan(400);
  });

  it('computes with numbers and text', async () => {
    expect(await value(F.round(lit(2.567), 1))).to.equal(2.6);
    expect(await value(F.pmod(lit(-7), lit(3)))).to.equal(2);
    expect(await value(F.concatWs('-', lit('a'), lit('b')))).to.equal('a-b');
    expect(await value(F.regexpExtract(lit('bp=168'), '(\\d+)', 1))).to.equal('168');
    expect(await value(F.locate('b', lit('abc')))).to.equal(2);
    expect(await value(F.when(lit(1).gt(2), 'a').otherwise('b'))).to.equal('b');
    expect(await value(F.md5(lit('x')))).to.equal('9dd4e461268c8034f5c8564e155c67a6');
  });

  it('computes with days and times', async () => {
    expect(String(await value(F.dateAdd(lit('2026-02-28').cast('date'), 1)))).to.equal('2026-03-01');
    expect(String(await value(F.toTimestamp(lit('2026-01-02 03:04:05.678901'))))).to.equal(
      '2026-01-02T03:04:05.678901Z',
    );
    expect(await value(F.dateFormat(lit(new Date('2026-01-02T03:04:05Z')), 'yyyy/MM/dd HH:mm'))).to.equal(
      '2026/01/02 03:04',
    );
    const windows = spark
      .range(1)
      .groupBy(F.window(lit(new Date('2026-01-02T03:04:05Z')), '1 hour'))
      .count();
    const [row] = await windows.select(col('window.start').cast('string').as('start'), 'count').collect();
    expect(row).to.deep.equal({ start: '2026-01-02 03:00:00', count: 1n });
  });

  it('computes with arrays, maps and structs', async () => {
    const numbers = F.array(lit(3), lit(1), lit(2));
    expect(await value(F.sortArray(numbers, false))).to.deep.equal([3, 2, 1]);
    expect(await value(F.transform(numbers, (x, i) => x.multiply(10).plus(i)))).to.deep.equal([30, 11, 22]);
    expect(await value(F.filter(numbers, (x) => x.gt(1)))).to.deep.equal([3, 2]);
    expect(
      await value(
        F.aggregate(
          numbers,
          lit(0),
          (sum, x) => sum.plus(x),
          (sum) => sum.negate(),
        ),
      ),
    ).to.equal(-6);
    expect(await value(F.exists(numbers, (x) => x.eq(2)))).to.equal(true);
    expect(await value(F.arraySort(numbers, (a, b) => b.minus(a)))).to.deep.equal([3, 2, 1]);
    const nested = F.transform(F.array(numbers), (row) => F.transform(row, (x) => x.plus(F.size(row))));
    expect(await value(nested)).to.deep.equal([[6, 4, 5]]);
    expect(await value(F.createMap(lit('bp'), lit(168)).getItem('bp'))).to.equal(168);
    const struct = F.struct(lit(1).as('a'), lit('x').as('b'));
    expect(await value(struct.withField('c', lit(true)).dropFields('a'))).to.deep.equal({ b: 'x', c: true });
  });

  it('reads JSON strictly by a schema of ours', async () => {
    const schema = new StructType().add('heartBeat', T.int()).add('bp', T.int());
    expect(await value(F.fromJson(lit('{"heartBeat":69,"bp":168}'), schema))).to.deep.equal({ heartBeat: 69, bp: 168 });
    expect(await value(F.fromJson(lit('no json'), 'bp INT'))).to.deep.equal({ bp: null });
    expect(await value(F.toJson(F.struct(lit(1).as('a'))))).to.equal('{"a":1}');
    expect(await value(F.schemaOfJson('{"a":1}'))).to.equal('STRUCT<a: BIGINT>');
    expect(await value(F.getJsonObject(lit('{"a":{"b":2}}'), '$.a.b'))).to.equal('2');
  });

  it('aggregates', async () => {
    const frame = spark.range(10).select(col('id').mod(3).as('k'), 'id');
    const [row] = await frame
      .agg(
        F.countDistinct('k').as('kinds'),
        F.sumDistinct('k').as('sum'),
        F.percentile('id', [0, 0.5]).as('p'),
        F.collectSet('k').as('set'),
      )
      .collect<{ kinds: bigint; sum: bigint; p: number[]; set: bigint[] }>();
    expect(row).to.deep.include({ kinds: 3n, sum: 3n, p: [0, 4.5] });
    expect(row?.set.map(Number).sort()).to.deep.equal([0, 1, 2]);
  });

  it('calls by catalog name and takes SQL text', async () => {
    expect(await value(F.callFunction('upper', lit('a')))).to.equal('A');
    expect(await value(F.expr('1 + 1'))).to.equal(2);
  });
});
