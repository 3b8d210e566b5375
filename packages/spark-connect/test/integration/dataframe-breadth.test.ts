// What DataFrames can do beyond the everyday: subqueries, lateral and as-of joins, table functions, checkpoints …
import { expect } from 'chai';
import {
  Catalog,
  Column,
  col,
  type DataFrame,
  functions as F,
  lit,
  Observation,
  parseDDL,
  SparkConnectError,
  type SparkSession,
  StorageLevels,
  types as T,
} from '../../src/index.ts';
import { isAtLeast, openSession } from '../helpers/spark.ts';
import { rejection, until, Workspace } from '../helpers/workspace.ts';

describe('DataFrame, in breadth', () => {
  let spark: SparkSession;
  let workspace: Workspace;
  let is4: boolean;
  let patients: DataFrame;
  let readings: DataFrame;

  before(async () => {
    spark = await openSession();
    workspace = await Workspace.create();
    is4 = await isAtLeast(spark, '4.0');
    patients = spark.createDataFrame(
      [
        [1, '3B', [1, 2]],
        [2, '3B', []],
        [3, '4A', [9]],
      ],
      'id INT, ward STRING, marks ARRAY<INT>',
    );
    readings = spark.createDataFrame(
      [
        [1, 10, 168],
        [1, 20, 211],
        [3, 15, 150],
      ],
      'patient INT, at INT, bp INT',
    );
  });
  after(async () => {
    await spark.stop();
    await workspace.remove();
  });

  const rows = (frame: DataFrame) => frame.collect();
  const ids = async (frame: DataFrame) => (await frame.select('id').orderBy('id').collect()).map(({ id }) => id);

  describe('subqueries and lateral joins (Spark 4)', () => {
    before(function () {
      if (!is4) this.skip();
    });

    it('takes one value from another DataFrame', async () => {
      const highest = readings.agg(F.max('bp')).scalar();
      expect(await rows(readings.filter(col('bp').eq(highest)).select('patient', 'at'))).to.deep.equal([
        { patient: 1, at: 20 },
      ]);
      const count = readings.filter(col('patient').eq(col('id').outer())).agg(F.count(lit(1)));
      expect(await rows(patients.select('id', count.scalar().as('n')).orderBy('id'))).to.deep.equal([
        { id: 1, n: 2n },
        { id: 2, n: 0n },
        { id: 3, n: 1n },
      ]);
    });

    it('asks whether there is a row, and whether a value is among them', async () => {
      const own = readings.filter(col('patient').eq(col('id').outer()));
      expect(await ids(patients.filter(own.exists()))).to.deep.equal([1, 3]);
      expect(await ids(patients.filter(own.exists().not()))).to.deep.equal([2]);
      expect(await ids(patients.filter(col('id').isin(readings.select('patient'))))).to.deep.equal([1, 3]);
      const pair = F.struct('id', lit(15));
      expect(await ids(patients.filter(pair.isin(readings.select('patient', 'at'))))).to.deep.equal([3]);
    });

    it('reads DataFrames in SQL', async () => {
      const text = `SELECT p.ward, max(r.bp) AS bp FROM {wards} AS p JOIN {bps} AS r ON p.id = r.patient WHERE r.bp < :most GROUP BY 1 ORDER BY 1`;
      const worst = await spark.sql(text, { most: 211 }, { tables: { wards: patients, bps: readings } });
      expect(await rows(worst)).to.deep.equal([
        { ward: '3B', bp: 168 },
        { ward: '4A', bp: 150 },
      ]);
      // A view of the same name stays as it is.
      await patients.createOrReplaceTempView('r');
      expect(
        await rows(await spark.sql('SELECT count(*) AS n FROM {r}', {}, { tables: { r: spark.range(7) } })),
      ).to.deep.equal([{ n: 7n }]);
      expect(await (await spark.sql('SELECT * FROM r')).columns()).to.deep.equal(['id', 'ward', 'marks']);
      const most = spark.sql('SELECT :most', { most: readings.agg(F.max('bp')).scalar() });
      expect(await rejection(most))
        .to.have.property('message')
        .that.contains('no argument of sql()');
      const other = await openSession();
      const error = await rejection(spark.sql('TABLE {r}', {}, { tables: { r: other.range(1) } }));
      expect(error).to.have.property('code', 'invalid-argument');
      await other.stop();
      const unused = await rejection(spark.sql('SELECT 1', {}, { tables: { r: readings } }));
      expect(unused).to.have.property('message').that.contains('no {r}');
    });

    it('nests them, and joins with what a row makes', async () => {
      const inner = patients.filter(col('ward').eq('4A')).select('id');
      const outer = readings.filter(col('patient').isin(inner)).select('patient');
      expect(await ids(patients.filter(col('id').isin(outer)))).to.deep.equal([3]);
      // With a subquery in the outermost relation of the inner one.
      const late = readings.filter(col('at').eq(readings.agg(F.max('at')).scalar()));
      expect(await ids(patients.filter(late.exists()))).to.deep.equal([1, 2, 3]);
      const latest = readings.select(readings.agg(F.max('patient')).scalar().as('last'));
      expect(await ids(patients.filter(col('id').isin(latest)))).to.deep.equal([3]);
      const marks = spark.tvf.explode(col('marks').outer()).toDF('mark');
      expect(await rows(patients.lateralJoin(marks).select('id', 'mark').orderBy('mark'))).to.deep.equal([
        { id: 1, mark: 1 },
        { id: 1, mark: 2 },
        { id: 3, mark: 9 },
      ]);
      const own = readings.filter(col('patient').eq(col('id').outer()));
      expect(await ids(patients.lateralJoin(own, undefined, 'left'))).to.deep.equal([1, 1, 2, 3]);
      expect(await ids(patients.lateralJoin(own, col('bp').gt(160)).distinct())).to.deep.equal([1, 1]);
      expect(() => patients.lateralJoin(marks, undefined, 'right' as 'left')).to.throw(SparkConnectError, 'lateral');
    });

    it('calls functions that make tables', async () => {
      const { tvf } = spark;
      const pairs = F.array(F.struct(lit(1).as('a'), lit('x').as('b')));
      expect(await rows(tvf.inline(pairs))).to.deep.equal([{ a: 1, b: 'x' }]);
      expect(await rows(tvf.stack(lit(2), lit(1), lit(2)))).to.deep.equal([{ col0: 1 }, { col0: 2 }]);
      expect(await rows(tvf.posexplode(F.array(lit('a'))))).to.deep.equal([{ pos: 0, col: 'a' }]);
      expect(await rows(tvf.explode(F.array(lit('a'))))).to.deep.equal([{ col: 'a' }]);
      expect(await rows(tvf.explodeOuter(lit(null).cast('array<int>')))).to.deep.equal([{ col: null }]);
      expect(await rows(tvf.posexplodeOuter(lit(null).cast('array<int>')))).to.deep.equal([{ pos: null, col: null }]);
      expect(await rows(tvf.inlineOuter(lit(null).cast('array<struct<a:int>>')))).to.deep.equal([{ a: null }]);
      expect(await rows(tvf.jsonTuple(lit('{"a":1}'), lit('a')))).to.deep.equal([{ c0: '1' }]);
      expect(await rows(tvf.range(2))).to.deep.equal([{ id: 0n }, { id: 1n }]);
      expect(await tvf.sqlKeywords().filter("keyword = 'SELECT'").count()).to.equal(1);
      expect(await tvf.collations().filter("NAME = 'UTF8_LCASE'").count()).to.equal(1);
      const variant = F.parseJson(lit('{"k":7}'));
      expect(await rows(tvf.variantExplode(variant).select('pos', 'key'))).to.deep.equal([{ pos: 0, key: 'k' }]);
      expect(await rows(tvf.variantExplodeOuter(lit(null).cast('variant')).select('key'))).to.deep.equal([
        { key: null },
      ]);
    });

    it('lays a table out for a function that takes one', () => {
      const arg = patients.asTable().partitionBy('ward').orderBy(col('id').desc());
      expect(arg.expression).to.have.nested.property('use.partitionBy.length', 1);
      expect(() => arg.withSinglePartition()).to.throw(SparkConnectError, 'comes once');
      expect(() => patients.asTable().orderBy('id')).to.throw(SparkConnectError, 'comes after');
      expect(patients.asTable().withSinglePartition().expression).to.have.nested.property('use.singlePartition', true);
    });

    it('keeps computed rows, and forgets how they came about', async () => {
      const random = spark.range(3).select(F.rand().as('r'));
      const kept = await random.localCheckpoint();
      expect(await rows(kept)).to.deep.equal(await rows(kept));
      expect(await kept.explainString('extended')).not.to.contain('rand(');
      const lazy = await random.localCheckpoint(false, { storageLevel: StorageLevels.DISK_ONLY });
      expect(await lazy.count()).to.equal(3);
      const noDirectory = await rejection(random.checkpoint());
      expect(noDirectory)
        .to.be.instanceOf(SparkConnectError)
        .with.property('message')
        .that.matches(/checkpoint dir/i);
    });

    const target = `merge_${Math.random().toString(36).slice(2)}`;
    it('merges where the table can, and says so where it cannot', async () => {
      await spark.catalog.createTable(target, {
        path: workspace.url(target),
        source: 'parquet',
        schema: T.struct([T.field('id', T.int())]),
      });
      const merge = readings
        .mergeInto(target, col('id').eq(col('patient')))
        .whenMatched(col('bp').gt(200))
        .update({ id: col('at') })
        .whenMatched()
        .delete()
        .whenNotMatched()
        .insert({ id: col('patient') })
        .whenNotMatchedBySource()
        .update({ id: lit(0) });
      expect(merge.toCommand().matched.map(({ action }) => action)).to.deep.equal(['update', 'delete']);
      const all = merge.whenNotMatched().insertAll().whenMatched().updateAll().withSchemaEvolution().toCommand();
      expect(all).to.have.property('schemaEvolution', true);
      expect(all.notMatched.at(-1)).to.deep.equal({ action: 'insert' });
      // No source that comes with Spark can merge: the whole command must reach the point where the table is asked.
      const error = await rejection(merge.merge());
      await spark.sql(`DROP TABLE ${target}`);
      expect(error).to.have.property('errorClass', 'UNSUPPORTED_FEATURE.TABLE_OPERATION');
    });
  });

  it('says which version has what this server lacks', async function () {
    if (is4) this.skip();
    const lacking: readonly (readonly [string, Promise<unknown>, string])[] = [
      ['transpose', patients.transpose().collect(), '4.0'],
      ['joinAsOf', patients.joinAsOf(readings, 'id', 'at').collect(), '4.0'],
      ['metadataColumn', patients.select(patients.metadataColumn('_m')).schema(), '4.0'],
      ['collation', patients.to('ward STRING COLLATE UNICODE').schema(), '4.0'],
      ['lateralJoin', patients.lateralJoin(readings).schema(), '4.0'],
      ['subquery', patients.filter(readings.exists()).collect(), '4.0'],
      ['table-valued', spark.tvf.explode(col('x')).collect(), '4.0'],
      ['checkpoint', patients.localCheckpoint(), '4.0'],
      ['mergeInto', patients.mergeInto('t', lit(true)).whenMatched().delete().merge(), '4.0'],
      ['tryCast', spark.range(1).select(col('id').tryCast('int')).collect(), '4.0'],
      [
        'groupingSets',
        patients
          .groupingSets([['id']], 'id')
          .count()
          .collect(),
        '4.0',
      ],
      ['clusterBy', patients.write.clusterBy('id').format('noop').save(), '4.0'],
      ['no literal', spark.sql('SELECT :x', { x: F.pi() }), '4.0'],
      ['sql()', spark.sql('TABLE {r}', {}, { tables: { r: readings } }), '4.0'],
      [
        'function parse_json',
        spark
          .range(1)
          .select(F.parseJson(lit('1')))
          .collect(),
        '4.0',
      ],
      ['repartitionById', patients.repartitionById(2, 'id').collect(), '4.1'],
    ];
    for (const [name, call, version] of lacking) {
      const error = await rejection(call);
      expect(error, name).to.be.instanceOf(SparkConnectError).with.property('code', 'unsupported');
      expect(error).to.have.property('message').that.contains(name).and.contains(`exists from Spark ${version} on`);
    }
  });

  it('joins with the nearest row (Spark 4)', async function () {
    if (!is4) this.skip();
    const limits = spark.createDataFrame(
      [
        [9, 'early'],
        [18, 'late'],
      ],
      'since INT, name STRING',
    );
    const names = async (frame: DataFrame) =>
      (await frame.orderBy('patient', 'at').collect<{ name: string | null }>()).map(({ name }) => name);
    expect(await names(readings.joinAsOf(limits, 'at', 'since'))).to.deep.equal(['early', 'late', 'early']);
    expect(await names(readings.joinAsOf(limits, 'at', 'since', { direction: 'forward', how: 'left' }))).to.deep.equal([
      'late',
      null,
      'late',
    ]);
    expect(await names(readings.joinAsOf(limits, 'at', 'since', { tolerance: lit(1) }))).to.deep.equal(['early']);
    expect(await names(readings.joinAsOf(limits, 'at', 'since', { direction: 'nearest' }))).to.deep.equal([
      'early',
      'late',
      'late',
    ]);
  });

  it('reads lines that a DataFrame holds', async () => {
    const json = spark.createDataFrame([['{"a":1,"b":"x"}'], ['{"a":2}']], 'value STRING');
    expect(await rows(spark.read.json(json))).to.deep.equal([
      { a: 1n, b: 'x' },
      { a: 2n, b: null },
    ]);
    expect(await rows(spark.read.schema(parseDDL('a INT')).json(json))).to.deep.equal([{ a: 1 }, { a: 2 }]);
    const csv = spark.createDataFrame([['1;x'], ['2;y']], 'value STRING');
    expect(await rows(spark.read.schema('a INT, b STRING').option('sep', ';').csv(csv))).to.deep.equal([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
    expect(await rows(readings.limit(1).toJSON())).to.deep.equal([{ value: '{"patient":1,"at":10,"bp":168}' }]);
  });

  it('hands over an Arrow table', async () => {
    const table = await spark.range(0, 5000, 1, { numPartitions: 3 }).withColumn('s', lit('x')).toArrow();
    expect([table.numRows, table.schema.names]).to.deep.equal([5000, ['id', 's']]);
    expect(table.get(4999)?.toJSON()).to.deep.equal({ id: 4999n, s: 'x' });
    const empty = await readings.filter(lit(false)).toArrow();
    expect([empty.numRows, empty.schema.names]).to.deep.equal([0, ['patient', 'at', 'bp']]);
  });

  it('tells what an action cost', async () => {
    const observed = readings.observe('seen', F.count(lit(1)).as('n'));
    expect(observed.executionInfo).to.equal(undefined);
    await observed.collect();
    expect(observed.executionInfo?.flows).to.deep.equal([{ name: 'seen', values: [3n] }]);
    expect(observed.executionInfo?.metrics.map(({ name }) => name)).to.include('CollectMetrics');
  });

  it('tells what a write cost, and a checkpoint', async function () {
    // 3.5 tells nothing with what brings no rows.
    if (!is4) this.skip();
    const written = readings.observe('written', F.count(lit(1)).as('n'));
    await written.write.format('noop').mode('overwrite').save();
    expect(written.executionInfo?.flows).to.deep.equal([{ name: 'written', values: [3n] }]);
    const kept = readings.observe('kept', F.max('bp').as('worst'));
    await kept.localCheckpoint();
    expect(kept.executionInfo?.flows).to.deep.equal([{ name: 'kept', values: [211] }]);
  });

  it('moves rows between partitions', async () => {
    const partitions = async (frame: DataFrame) =>
      (await frame.groupBy(F.sparkPartitionId().as('p')).count().collect<{ p: number }>()).map(({ p }) => p).sort();
    expect((await partitions(spark.range(100).repartition(3))).length).to.equal(3);
    expect((await partitions(spark.range(100).repartitionByRange(2, 'id'))).length).to.equal(2);
    expect(await partitions(spark.range(100).coalesce(1))).to.deep.equal([0]);
    if (!(await isAtLeast(spark, '4.1'))) return;
    const byId = spark.range(10).repartitionById(4, col('id').mod(2).cast('int'));
    expect(await partitions(byId)).to.deep.equal([0, 1]);
  });

  it('keeps rows at a storage level', async () => {
    const frame = spark.range(3);
    expect(await frame.isCached()).to.equal(false);
    await frame.persist(StorageLevels.DISK_ONLY);
    expect([await frame.isCached(), await frame.storageLevel()]).to.deep.equal([true, StorageLevels.DISK_ONLY]);
    await frame.unpersist({ blocking: true });
    expect(await frame.isCached()).to.equal(false);
  });

  it('shows wide characters, cuts long cells, and stands rows on end', async () => {
    const frame = spark.createDataFrame([['東京', 'a'.repeat(30)]], 'city STRING, long STRING');
    expect(await frame.showString(20, { truncate: 6 })).to.equal(
      ['+----+------+', '|city|  long|', '+----+------+', '|東京|aaa...|', '+----+------+', ''].join('\n'),
    );
    expect(await frame.showString(1, { truncate: false, vertical: true })).to.equal(
      [
        '-RECORD 0------------------------------',
        ' city | 東京                           ',
        ` long | ${'a'.repeat(30)} `,
        '',
      ].join('\n'),
    );
    expect(await spark.range(3).showString(1)).to.contain('only showing top 1 row');
  });

  it('answers questions about plans', async () => {
    const query = readings.filter('bp > 160').select('patient');
    for (const [mode, sign] of [
      ['simple', '== Physical Plan =='],
      ['extended', '== Parsed Logical Plan =='],
      ['codegen', 'WholeStageCodegen'],
      ['cost', 'sizeInBytes'],
      ['formatted', '(1) '],
    ] as const) {
      expect(await query.explainString(mode), mode).to.contain(sign);
    }
    expect(await query.semanticHash()).to.equal(await readings.filter('bp > 160').select('patient').semanticHash());
    expect(await query.sameSemantics(readings)).to.equal(false);
    expect(await query.isLocal()).to.be.a('boolean');
  });

  describe('statistics', () => {
    it('describes', async () => {
      const described = await rows(readings.describe('bp'));
      expect(described.map(({ summary, bp }) => `${summary} ${bp}`)).to.deep.equal([
        'count 3',
        'mean 176.33333333333334',
        'stddev 31.342197327777345',
        'min 150',
        'max 211',
      ]);
      expect(await rows(readings.summary('count', '50%').select('summary', 'bp'))).to.deep.equal([
        { summary: 'count', bp: '3' },
        { summary: '50%', bp: '168' },
      ]);
    });

    it('correlates, counts and cuts', async () => {
      const line = spark.range(5).select(col('id').as('x'), col('id').multiply(2).as('y'), col('id').mod(2).as('k'));
      expect([await line.corr('x', 'y'), await line.cov('x', 'y')]).to.deep.equal([1, 5]);
      expect(await line.approxQuantile(['x', 'y'], [0, 0.5, 1], 0)).to.deep.equal([
        [0, 2, 4],
        [0, 4, 8],
      ]);
      const table = await rows(line.crosstab('k', 'x').orderBy('k_x').select('k_x', '0', '1'));
      expect(table).to.deep.equal([
        { k_x: '0', 0: 1n, 1: 0n },
        { k_x: '1', 0: 0n, 1: 1n },
      ]);
      expect(await rows(line.freqItems(['k'], 0.5)))
        .to.have.nested.property('[0].k_freqItems')
        .that.includes(0n);
      expect(
        await rows(
          line
            .sampleBy('k', [[0, 1]], 1)
            .select('k')
            .distinct(),
        ),
      ).to.deep.equal([{ k: 0n }]);
      expect(await line.sample(1).count()).to.equal(5);
      const parts = line.randomSplit([1, 3], 7);
      expect((await Promise.all(parts.map((part) => part.count()))).reduce((sum, n) => sum + n)).to.equal(5);
    });

    it('fills, drops and replaces', async () => {
      const holes = spark.createDataFrame(
        [
          [1, null],
          [null, null],
          [null, 'x'],
        ],
        'a INT, b STRING',
      );
      expect(await rows(holes.fillna({ a: 0, b: '' }))).to.deep.equal([
        { a: 1, b: '' },
        { a: 0, b: '' },
        { a: 0, b: 'x' },
      ]);
      expect(await rows(holes.dropna({ how: 'all' }))).to.have.length(2);
      expect(await rows(holes.dropna({ thresh: 2 }))).to.have.length(0);
      expect(await rows(holes.replace([['x', 'y']]).filter("b = 'y'"))).to.have.length(1);
    });

    it('groups by sets, cubes and pivots', async () => {
      const sums = async (frame: DataFrame) => (await frame.collect<{ n: bigint }>()).map(({ n }) => Number(n)).sort();
      const n = F.count(lit(1)).as('n');
      expect(await sums(readings.rollup('patient', 'at').agg(n))).to.deep.equal([1, 1, 1, 1, 2, 3]);
      expect(await sums(readings.cube('patient', 'at').agg(n))).to.deep.equal([1, 1, 1, 1, 1, 1, 1, 2, 3]);
      if (is4) expect(await sums(readings.groupingSets([['patient'], []], 'patient').agg(n))).to.deep.equal([1, 2, 3]);
      const pivot = readings.groupBy('patient').pivot('at', [10, 20]).agg(F.first('bp')).orderBy('patient');
      expect(await rows(pivot)).to.deep.equal([
        { patient: 1, 10: 168, 20: 211 },
        { patient: 3, 10: null, 20: null },
      ]);
    });
  });

  describe('columns', () => {
    it('renames, describes and reorders', async () => {
      const frame = readings.withColumnsRenamed({ at: 'time', bp: 'pressure' });
      expect(await frame.columns()).to.deep.equal(['patient', 'time', 'pressure']);
      const schema = await readings.withMetadata('bp', { unit: 'mmHg' }).schema();
      expect(schema.field('bp').metadata).to.deep.equal({ unit: 'mmHg' });
      expect(await readings.to('bp BIGINT, patient INT').dtypes()).to.deep.equal([
        ['bp', 'bigint'],
        ['patient', 'int'],
      ]);
      expect(await readings.select(readings.colRegex('`.*t`')).columns()).to.deep.equal(['patient', 'at']);
      expect(await rows(readings.toDF('a', 'b', 'c').selectExpr('a + b AS d').limit(1))).to.deep.equal([{ d: 11 }]);
    });

    it('transposes (Spark 4) and sorts within partitions', async () => {
      expect(await rows(readings.sortWithinPartitions(col('bp').desc()).limit(1).select('bp'))).to.have.length(1);
      if (!is4) return;
      const turned = readings.limit(2).select(col('at').cast('string').as('at'), 'bp').transpose('at');
      expect(await rows(turned)).to.deep.equal([{ key: 'bp', 10: 168, 20: 211 }]);
    });

    it('reads from hints and aliases', async () => {
      const joined = readings.alias('r').join(F.broadcast(patients.alias('p')), col('r.patient').eq(col('p.id')));
      expect(await joined.explainString()).to.contain('Broadcast');
      expect(await joined.hint('merge').select('r.bp', 'p.ward').count()).to.equal(3);
    });
  });

  it('compares, and sorts nulls where told', async () => {
    const frame = spark.createDataFrame([[1], [null], [3]], 'x INT');
    const x = col('x');
    const sorted = async (order: Column) =>
      (await frame.orderBy(order).collect<{ x: number | null }>()).map(({ x: value }) => value);
    expect(await sorted(x.asc())).to.deep.equal([null, 1, 3]);
    expect(await sorted(x.ascNullsLast())).to.deep.equal([1, 3, null]);
    expect(await sorted(F.ascNullsFirst('x'))).to.deep.equal([null, 1, 3]);
    expect(await sorted(x.descNullsFirst())).to.deep.equal([null, 3, 1]);
    expect(await sorted(F.descNullsLast('x'))).to.deep.equal([3, 1, null]);
    const bits = [x.bitwiseAnd(2), x.bitwiseOr(4), x.bitwiseXor(1), x.lt(3), x.leq(3), x.geq(4), x.neq(3), x.isNaN()];
    const [row = {}] = await frame
      .filter(x.eq(3))
      .select(...bits.map((bit, i) => bit.as(`c${i}`)))
      .collect();
    expect(Object.values(row)).to.deep.equal([2, 7, 2, false, true, false, false, false]);
  });

  it('sets frames against each other, and shares views with other sessions', async () => {
    const [a, b] = [spark.createDataFrame([[1], [1], [2]], ['v']), spark.createDataFrame([[1], [3]], ['v'])];
    const values = async (frame: DataFrame) => (await frame.orderBy('v').collect()).map(({ v }) => Number(v));
    expect(await values(a.unionAll(b))).to.deep.equal([1, 1, 1, 2, 3]);
    expect(await values(a.intersectAll(b))).to.deep.equal([1]);
    expect(await values(a.subtract(b))).to.deep.equal([2]);
    expect(await values(a.exceptAll(b))).to.deep.equal([1, 2]);
    const name = `breadth_${Math.random().toString(36).slice(2)}`;
    await a.createGlobalTempView(name);
    await b.createOrReplaceGlobalTempView(name);
    expect(await values(spark.table(`global_temp.${name}`))).to.deep.equal([1, 3]);
    expect(await spark.catalog.dropGlobalTempView(name)).to.equal(true);
    expect((await spark.catalog.listDatabases()).map((database) => database.name)).to.include('default');
    expect(await spark.conf.isModifiable('spark.sql.shuffle.partitions')).to.equal(true);
    expect(await spark.emptyDataFrame().count()).to.equal(0);
  });

  it('draws the same random rows from one plan', async () => {
    const drawn = spark.range(3).select(F.rand().as('r'), F.randn().as('n'));
    expect(await rows(drawn)).to.deep.equal(await rows(drawn));
    expect(await rows(spark.range(1).select(F.rand().as('r')))).not.to.deep.equal(
      await rows(spark.range(1).select(F.rand().as('r'))),
    );
  });

  it('observes in the middle of a plan', async () => {
    const observation = new Observation();
    await readings
      .observe(observation, F.max('bp').as('worst'), F.count(lit(1)).as('n'))
      .filter('bp > 200')
      .collect();
    expect(await observation.get()).to.deep.equal({ worst: 211, n: 3n });
  });

  it('observes what a write and a checkpoint read', async function () {
    // 3.5 sends metrics with rows only.
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const seen = async (act: (frame: DataFrame) => Promise<unknown>) => {
      const observation = new Observation();
      await act(spark.range(3).observe(observation, F.max('id').as('last')));
      return observation.get({ signal: AbortSignal.timeout(20_000) });
    };
    expect(await seen((frame) => frame.write.format('noop').mode('overwrite').save())).to.deep.equal({ last: 2n });
    expect(await seen((frame) => frame.localCheckpoint())).to.deep.equal({ last: 2n });
  });

  it('lets nobody wait for the metrics of a session that is closed', async () => {
    const session = await openSession();
    const [seen, unseen] = [new Observation(), new Observation()];
    await session
      .range(2)
      .observe(seen, F.count(lit(1)).as('n'))
      .collect();
    session.range(2).observe(unseen, F.count(lit(1)).as('n'));
    const waits = rejection(unseen.get());
    await session.stop();
    for (const error of [await waits, await rejection(unseen.get())])
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'session-closed');
    expect(await seen.get()).to.deep.equal({ n: 2n });
  });

  it('gives observations of one name each its own metrics, in whichever order their actions run', async function () {
    // 3.5 does not say which step of a plan metrics are of.
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const [few, many] = [new Observation('rows'), new Observation('rows')];
    const counted = [few, many].map((observation, i) =>
      spark.range(i === 0 ? 2 : 5).observe(observation, F.count(lit(1)).as('n')),
    );
    for (const frame of counted) await frame.collect();
    expect(await few.get({ signal: AbortSignal.timeout(20_000) })).to.deep.equal({ n: 2n });
    expect(await many.get({ signal: AbortSignal.timeout(20_000) })).to.deep.equal({ n: 5n });
  });

  it('observes structs by the names of their fields', async function () {
    // 3.5 sends none.
    if (!(await isAtLeast(spark, '4.0'))) this.skip();
    const observation = new Observation();
    await spark
      .range(3)
      .observe(
        observation,
        F.expr("max(named_struct('a', id, 'b', 'x'))").as('top'),
        F.expr("array(named_struct('c', array(named_struct('d', max(id)))), null)").as('all'),
      )
      .collect();
    expect(await observation.get()).to.deep.equal({ top: { a: 2n, b: 'x' }, all: [{ c: [{ d: 2n }] }, null] });
  });

  describe('catalog', () => {
    it('makes tables and knows them', async () => {
      const name = `breadth_${Math.random().toString(36).slice(2)}`;
      const path = workspace.url(name);
      await readings.write.parquet(path);
      const table = await spark.catalog.createTable(name, { path, source: 'parquet', description: 'test' });
      try {
        expect(await table.count()).to.equal(3);
        expect(await spark.catalog.getTable(name)).to.include({ name, description: 'test', tableType: 'EXTERNAL' });
        expect((await spark.catalog.listColumns(name)).map((column) => column.name)).to.deep.equal([
          'patient',
          'at',
          'bp',
        ]);
        await spark.catalog.cacheTable(name, StorageLevels.MEMORY_ONLY);
        expect(await spark.catalog.isCached(name)).to.equal(true);
        await spark.catalog.uncacheTable(name);
        await spark.catalog.refreshTable(name);
        await spark.catalog.refreshByPath(path);
        expect((await spark.table(name).inputFiles()).every((file) => file.includes(name))).to.equal(true);
      } finally {
        await spark.sql(`DROP TABLE ${name}`);
      }
      expect(await spark.catalog.tableExists(name)).to.equal(false);
    });

    it('knows databases, functions and catalogs', async () => {
      const { catalog } = spark;
      expect(catalog).to.be.instanceOf(Catalog);
      expect(await catalog.getDatabase('default')).to.include({ name: 'default' });
      expect(await catalog.getFunction('upper')).to.include({ name: 'upper', isTemporary: true });
      expect(await catalog.functionExists('no_such_function')).to.equal(false);
      expect(await catalog.currentCatalog()).to.equal('spark_catalog');
      expect((await catalog.listCatalogs()).map(({ name }) => name)).to.deep.equal(['spark_catalog']);
      expect((await catalog.listFunctions(undefined, 'upper')).map(({ name }) => name)).to.include('upper');
      await catalog.setCurrentCatalog('spark_catalog');
      await catalog.setCurrentDatabase('default');
      expect([await catalog.currentDatabase(), await catalog.databaseExists('default')]).to.deep.equal([
        'default',
        true,
      ]);
      await catalog.clearCache();
    });
  });

  it('reads and writes a database over JDBC', async () => {
    const url = `jdbc:derby:memory:d${Math.random().toString(36).slice(2)};create=true`;
    const properties = { driver: 'org.apache.derby.jdbc.EmbeddedDriver' };
    await readings.write.jdbc(url, 'READINGS', { properties });
    expect(await spark.read.jdbc(url, 'READINGS', { properties }).count()).to.equal(3);
    const partitions = { column: 'bp', lowerBound: 100, upperBound: 200, numPartitions: 2 };
    const split = spark.read.jdbc(url, 'READINGS', { properties, partitions });
    expect(await split.agg(F.sum('bp').as('sum')).collect()).to.deep.equal([{ sum: 529n }]);
    const predicates = ['"bp" > 200', '"bp" <= 200'];
    expect(await spark.read.jdbc(url, 'READINGS', { properties, predicates }).count()).to.equal(3);
    expect(() => spark.read.jdbc(url, 't', { partitions, predicates })).to.throw(SparkConnectError, 'not both');
  });

  it('chains functions of the caller', async () => {
    const high = (frame: DataFrame) => frame.filter('bp > 160');
    expect(await readings.transform(high).count()).to.equal(2);
    expect(col('a').transform((a) => a.plus(1))).to.be.instanceOf(Column);
    await until('the view', async () => {
      await readings.registerTempTable('readings_view');
      return spark.catalog.tableExists('readings_view');
    });
    expect(await spark.table('readings_view').count()).to.equal(3);
  });
});
