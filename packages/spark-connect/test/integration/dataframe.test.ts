import { expect } from 'chai';
import {
  col,
  type DataFrame,
  functions as F,
  lit,
  Observation,
  SparkConnectError,
  type SparkSession,
  StorageLevels,
  Window,
} from '../../src/index.ts';
import { sleeper } from '../helpers/sleeper.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';

const readings = [
  { customerId: 1, heartBeat: 69, bp: 168 },
  { customerId: 2, heartBeat: 72, bp: 150 },
  { customerId: 1, heartBeat: 80, bp: 211 },
  { customerId: 3, heartBeat: 66, bp: null },
];
const schema = 'customerId INT NOT NULL, heartBeat INT, bp INT';

describe('DataFrame on a server', () => {
  let spark: SparkSession;
  let vitals: DataFrame;

  before(async () => {
    spark = await openSession();
    vitals = spark.createDataFrame(readings, schema);
  });
  after(() => spark.stop());

  async function failure(promise: Promise<unknown>): Promise<SparkConnectError> {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(SparkConnectError);
    return error as SparkConnectError;
  }

  describe('actions', () => {
    it('collects the rows that were sent', async () => {
      expect(await vitals.collect()).to.deep.equal(readings);
    });

    it('iterates by row and by batch', async () => {
      const ids: bigint[] = [];
      for await (const row of spark.range(0, 5000, 1, { numPartitions: 3 }).toLocalIterator<{ id: bigint }>())
        ids.push(row.id);
      expect(ids).to.have.length(5000);
      expect(ids.at(-1)).to.equal(4999n);
      let count = 0;
      for await (const batch of spark.range(10).toBatches()) count += batch.rowCount;
      expect(count).to.equal(10);
    });

    it('stops reading when the caller does', async () => {
      const seen: bigint[] = [];
      for await (const { id } of spark.range(1_000_000).toLocalIterator<{ id: bigint }>()) {
        seen.push(id);
        if (seen.length === 3) break;
      }
      expect(seen).to.deep.equal([0n, 1n, 2n]);
    });

    it('takes from both ends, counts, and knows emptiness', async () => {
      expect(await vitals.first()).to.deep.equal(readings[0]);
      expect(await vitals.head(2)).to.deep.equal(readings.slice(0, 2));
      expect(await vitals.tail(1)).to.deep.equal(readings.slice(3));
      expect(await vitals.count()).to.equal(4);
      expect(await vitals.isEmpty()).to.equal(false);
      const none = vitals.filter(lit(false));
      expect([await none.isEmpty(), await none.first(), await none.count()]).to.deep.equal([true, undefined, 0]);
    });

    it('shows as Spark does', async () => {
      expect(await vitals.limit(1).showString()).to.equal(
        [
          '+----------+---------+---+',
          '|customerId|heartBeat| bp|',
          '+----------+---------+---+',
          '|         1|       69|168|',
          '+----------+---------+---+',
          '',
        ].join('\n'),
      );
      expect(await vitals.select('bp').limit(1).showString(20, { vertical: true })).to.contain('-RECORD 0');
    });

    it('can be aborted, with the reason of the signal', async () => {
      const signal = AbortSignal.timeout(300);
      const slow = sleeper(spark, 20_000);
      const error = await slow.collect({ signal }).catch((thrown: unknown) => thrown);
      expect(error).to.equal(signal.reason);
      expect(await vitals.count()).to.equal(4);
    });
  });

  describe('columns and rows', () => {
    it('filters, computes, sorts', async () => {
      const rows = await vitals
        .filter(col('bp').isNotNull().and(col('heartBeat').between(66, 78)))
        .withColumn('double', col('bp').multiply(2))
        .withColumnRenamed('bp', 'pressure')
        .drop('heartBeat')
        .orderBy(col('pressure').desc())
        .collect();
      expect(rows).to.deep.equal([
        { customerId: 1, pressure: 168, double: 336 },
        { customerId: 2, pressure: 150, double: 300 },
      ]);
    });

    it('treats a number beyond 32 bits as it is', async () => {
      expect(await spark.range(1).select(lit(3e9).as('n'), lit(2.5).as('d')).first()).to.deep.equal({
        n: 3000000000n,
        d: 2.5,
      });
      expect(
        await spark
          .range(1)
          .filter(lit(3e9).gt(col('id')))
          .count(),
      ).to.equal(1);
    });

    it('deduplicates and sets against each other', async () => {
      const a = spark.range(4).withColumn('half', F.floor(col('id').divide(2)));
      expect(await a.dropDuplicates('half').count()).to.equal(2);
      const b = spark.range(2, 6);
      const ids = async (frame: DataFrame) =>
        (await frame.orderBy('id').collect<{ id: bigint }>()).map(({ id }) => Number(id));
      expect(await ids(spark.range(4).union(b))).to.deep.equal([0, 1, 2, 2, 3, 3, 4, 5]);
      expect(await ids(spark.range(4).intersect(b))).to.deep.equal([2, 3]);
      expect(await ids(spark.range(4).except(b))).to.deep.equal([0, 1]);
      const wide = spark.range(1).unionByName(a.limit(1), { allowMissingColumns: true });
      expect(await wide.columns()).to.deep.equal(['id', 'half']);
    });

    it('turns columns to rows and fills nulls', async () => {
      const long = vitals
        .limit(1)
        .unpivot({ ids: ['customerId'], variableColumnName: 'attribute', valueColumnName: 'value' });
      expect(await long.collect()).to.deep.equal([
        { customerId: 1, attribute: 'heartBeat', value: 69 },
        { customerId: 1, attribute: 'bp', value: 168 },
      ]);
      expect(await vitals.na.fill(0).filter('bp = 0').count()).to.equal(1);
      expect(await vitals.na.drop().count()).to.equal(3);
      expect(
        (
          await vitals.na
            .replace([[150, 151]], ['bp'])
            .filter('bp = 151')
            .collect()
        ).length,
      ).to.equal(1);
    });
  });

  describe('joins and groups', () => {
    const limits = [
      { customerId: 1, upper: 180 },
      { customerId: 4, upper: 170 },
    ];

    it('joins by name, by condition and by absence', async () => {
      const right = spark.createDataFrame(limits, 'customerId INT, upper INT');
      const over = vitals.join(
        right,
        vitals
          .col('customerId')
          .eq(right.col('customerId'))
          .and(col('bp').gt(col('upper'))),
      );
      expect(await over.select(vitals.col('customerId'), 'bp').collect()).to.deep.equal([{ customerId: 1, bp: 211 }]);
      expect(await vitals.join(right, 'customerId', 'left').columns()).to.deep.equal([
        'customerId',
        'heartBeat',
        'bp',
        'upper',
      ]);
      expect(await vitals.join(right, ['customerId'], 'anti').count()).to.equal(2);
      expect(await vitals.join(right, 'customerId', 'full').count()).to.equal(5);
      expect(await vitals.crossJoin(right).count()).to.equal(8);
    });

    it('keeps both columns of one name', async () => {
      const right = spark.createDataFrame(limits, 'customerId INT, upper INT');
      const both = vitals.join(right, vitals.col('customerId').eq(right.col('customerId')));
      expect(await both.columns()).to.deep.equal(['customerId', 'heartBeat', 'bp', 'customerId', 'upper']);
    });

    it('aggregates by group, rollup and pivot', async () => {
      const worst = vitals
        .groupBy('customerId')
        .agg(F.max('bp').as('worst'), F.count('*').as('n'))
        .orderBy('customerId');
      expect(await worst.collect()).to.deep.equal([
        { customerId: 1, worst: 211, n: 2n },
        { customerId: 2, worst: 150, n: 1n },
        { customerId: 3, worst: null, n: 1n },
      ]);
      expect(await vitals.rollup('customerId').count().count()).to.equal(4);
      const pivot = vitals.groupBy().pivot('customerId', [1, 2]).sum('heartBeat');
      expect(await pivot.collect()).to.deep.equal([{ 1: 149n, 2: 72n }]);
      expect(await vitals.agg({ bp: 'max' }).collect()).to.deep.equal([{ 'max(bp)': 211 }]);
    });

    it('looks through a window', async () => {
      const window = Window.partitionBy('customerId').orderBy('heartBeat');
      const rows = await vitals.filter('customerId = 1').select('bp', F.lag('bp').over(window).as('before')).collect();
      expect(rows).to.deep.equal([
        { bp: 168, before: null },
        { bp: 211, before: 168 },
      ]);
    });
  });

  describe('questions', () => {
    it('knows its schema and asks once', async () => {
      expect((await vitals.schema()).toDDL()).to.match(/customerId INT NOT NULL, *heartBeat INT, *bp INT/);
      expect(vitals.schema()).to.equal(vitals.schema());
      expect(await vitals.dtypes()).to.deep.equal([
        ['customerId', 'int'],
        ['heartBeat', 'int'],
        ['bp', 'int'],
      ]);
    });

    it('explains, and tells streams from tables', async () => {
      expect(await vitals.explainString()).to.contain('Physical Plan');
      expect(await vitals.explainString('extended')).to.contain('Analyzed Logical Plan');
      expect(await vitals.isStreaming()).to.equal(false);
      expect(await spark.readStream.format('rate').load().isStreaming()).to.equal(true);
      expect(await vitals.sameSemantics(vitals)).to.equal(true);
    });

    it('persists and forgets', async () => {
      const frame = spark.range(10).filter('id > 5');
      await frame.persist(StorageLevels.MEMORY_ONLY);
      expect(await frame.storageLevel()).to.deep.equal(StorageLevels.MEMORY_ONLY);
      expect(await frame.count()).to.equal(4);
      await frame.unpersist({ blocking: true });
      expect(await frame.storageLevel()).to.deep.equal(StorageLevels.NONE);
    });

    it('observes while it counts', async () => {
      const observation = new Observation('quality');
      const observed = vitals.observe(observation, F.count(lit(1)).as('rows'), F.max('bp').as('worst'));
      await observed.collect();
      expect(await observation.get()).to.deep.equal({ rows: 4n, worst: 211 });
      expect(() => vitals.observe(observation, F.count('*'))).to.throw(SparkConnectError, 'already');
    });
  });

  describe('session', () => {
    it('runs SQL with arguments by name and by position', async () => {
      const named = await spark.sql('SELECT :bp > 180 AS high, :ward AS ward', { bp: 200, ward: "3'B" });
      expect(await named.collect()).to.deep.equal([{ high: true, ward: "3'B" }]);
      expect(await (await spark.sql('SELECT ? + ? AS sum', [1, 2])).first()).to.deep.equal({ sum: 3 });
    });

    it('runs statements at once', async () => {
      await spark.sql('CREATE OR REPLACE TEMPORARY VIEW three AS SELECT 3 AS n');
      expect(await spark.table('three').collect()).to.deep.equal([{ n: 3 }]);
      expect(await spark.catalog.dropTempView('three')).to.equal(true);
      expect(await spark.catalog.tableExists('three')).to.equal(false);
    });

    it('takes columns as SQL arguments on 4.x', async function () {
      if (!(await isAtLeast(spark, '4.0'))) this.skip();
      const frame = await spark.sql('SELECT :pair AS pair', { pair: F.array(lit(1), lit(2)) });
      expect(await frame.collect()).to.deep.equal([{ pair: [1, 2] }]);
    });

    it('makes views of DataFrames', async () => {
      await vitals.createOrReplaceTempView('vitals');
      expect(await (await spark.sql('SELECT count(*) AS n FROM vitals')).first()).to.deep.equal({ n: 4n });
      expect((await failure(vitals.createTempView('vitals'))).message).to.contain('vitals');
      await spark.catalog.dropTempView('vitals');
    });

    it('names what is wrong', async () => {
      const table = await failure(spark.table('no_such_table').collect());
      expect([table.code, table.errorClass]).to.deep.equal(['analysis', 'TABLE_OR_VIEW_NOT_FOUND']);
      const column = await failure(vitals.select('pulse').schema());
      expect(column.errorClass).to.match(/^UNRESOLVED_COLUMN/);
      const syntax = await failure(spark.sql('SELEC 1'));
      expect(syntax.errorClass).to.equal('PARSE_SYNTAX_ERROR');
    });
  });
});
