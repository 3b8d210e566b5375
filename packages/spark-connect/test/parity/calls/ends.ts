/** Where rows come from and where they go: readers, writers, streams, the catalog. */
import { col, functions as F, lit, StorageLevels, StreamingQuery, StructType } from '../../../src/index.ts';
import type { Call, Given } from './call.ts';

const formats = ['json', 'csv', 'parquet', 'orc', 'xml'] as const;
const saveModes = ['append', 'overwrite', 'error', 'ignore'] as const;
const creations = ['create', 'replace', 'createOrReplace', 'append', 'overwritePartitions'] as const;
const as35 = 'we send what 3.5 knows, too';

const theirQuery = 'StreamingQuery(spark, "q", "r", "n")';
const query = ({ spark }: Given) => new StreamingQuery(spark.client, { id: 'q', runId: 'r', name: 'n' });

export const ends: readonly Call[] = [
  ['spark.range(10)', ({ spark }) => spark.range(10)],
  ['spark.range(1, 10, 2, 3)', ({ spark }) => spark.range(1, 10, 2, { numPartitions: 3 })],
  ['spark.range(0, 9223372036854775807, -1)', ({ spark }) => spark.range(0, 9223372036854775807n, -1)],
  ['spark.sql("SELECT :a", {"a": 1})', ({ spark }) => spark.sql('SELECT :a', { a: 1 }), as35],
  ['spark.tvf.explode(F.array(lit(1)))', ({ spark }) => spark.tvf.explode(F.array(lit(1)))],
  ['spark.tvf.stack(lit(2), col("a"), col("b"))', ({ spark }) => spark.tvf.stack(lit(2), col('a'), col('b'))],
  ['spark.tvf.json_tuple(col("a"), lit("x"))', ({ spark }) => spark.tvf.jsonTuple(col('a'), lit('x'))],
  ['spark.tvf.variant_explode_outer(col("a"))', ({ spark }) => spark.tvf.variantExplodeOuter(col('a'))],
  ['spark.tvf.sql_keywords()', ({ spark }) => spark.tvf.sqlKeywords()],

  ['spark.read.load()', ({ spark }) => spark.read.load()],
  ['spark.read.load(["/p", "/q"])', ({ spark }) => spark.read.load('/p', '/q')],
  [
    'spark.read.format("f").option("k", True).options(n=0.5).schema("a INT").load("/p")',
    ({ spark }) => spark.read.format('f').option('k', true).options({ n: 0.5 }).schema('a INT').load('/p'),
  ],
  [
    'spark.read.schema(T.StructType([T.StructField("x", T.StringType())])).json("/p")',
    ({ spark }) => spark.read.schema(StructType.of({ x: 'string' })).json('/p'),
  ],
  ...formats.map((format): Call => [`spark.read.${format}("/p")`, ({ spark }) => spark.read[format]('/p')]),
  ['spark.read.text("/p")', ({ spark }) => spark.read.text('/p'), 'PySpark says the default of wholetext'],
  ['spark.read.option("a", 1).table("t")', ({ spark }) => spark.read.option('a', 1).table('t')],
  [
    'spark.read.jdbc("u", "t", "c", 1, 10, 3, properties={"user": "x"})',
    ({ spark }) =>
      spark.read.jdbc('u', 't', {
        properties: { user: 'x' },
        partitions: { column: 'c', lowerBound: 1, upperBound: 10, numPartitions: 3 },
      }),
  ],
  ['spark.read.jdbc("u", "t", predicates=["a"])', ({ spark }) => spark.read.jdbc('u', 't', { predicates: ['a'] })],

  ['df.write.save()', ({ df }) => df.write.save()],
  [
    'df.write.save("/p", "f", "overwrite", ["a"], k=1)',
    ({ df }) => df.write.format('f').mode('overwrite').partitionBy('a').option('k', 1).save('/p'),
  ],
  ...saveModes.map((mode): Call => [`df.write.mode("${mode}").save()`, ({ df }) => df.write.mode(mode).save()]),
  ...formats.map((format): Call => [`df.write.${format}("/p")`, ({ df }) => df.write[format]('/p')]),
  [
    'df.write.partitionBy("a").bucketBy(3, "b", "c").sortBy("d").saveAsTable("t")',
    ({ df }) => df.write.partitionBy('a').bucketBy(3, 'b', 'c').sortBy('d').saveAsTable('t'),
  ],
  ['df.write.clusterBy("a").saveAsTable("t")', ({ df }) => df.write.clusterBy('a').saveAsTable('t')],
  ['df.write.insertInto("t")', ({ df }) => df.write.insertInto('t')],
  ['df.write.insertInto("t", True)', ({ df }) => df.write.insertInto('t', { overwrite: true })],
  [
    'df.write.jdbc("u", "t", "append", {"user": "x"})',
    ({ df }) => df.write.mode('append').jdbc('u', 't', { properties: { user: 'x' } }),
  ],
  [
    'df.write.option("k", "v").option("K", "w").save()',
    ({ df }) => df.write.option('k', 'v').option('K', 'w').save(),
    'the last spelling of an option stays',
  ],
  ...creations.map((method): Call => [`df.writeTo("t").${method}()`, ({ df }) => df.writeTo('t')[method]()]),
  ['df.writeTo("t").overwrite(col("a") > 1)', ({ df }) => df.writeTo('t').overwrite(col('a').gt(1))],
  [
    'df.writeTo("t").using("f").option("k", True).tableProperty("p", "v").partitionedBy(col("a"), partitioning.days("b")).create()',
    ({ df }) =>
      df
        .writeTo('t')
        .using('f')
        .option('k', true)
        .tableProperty('p', 'v')
        .partitionedBy(col('a'), F.days('b'))
        .create(),
  ],
  [
    'df.mergeInto("t", col("a")).whenMatched(col("x")).update({"c": col("d")}).whenMatched().delete().whenNotMatched(col("y")).insert({"c": lit(1)}).whenNotMatchedBySource().updateAll().withSchemaEvolution().merge()',
    ({ df }) =>
      df
        .mergeInto('t', col('a'))
        .whenMatched(col('x'))
        .update({ c: col('d') })
        .whenMatched()
        .delete()
        .whenNotMatched(col('y'))
        .insert({ c: lit(1) })
        .whenNotMatchedBySource()
        .updateAll()
        .withSchemaEvolution()
        .merge(),
  ],
  [
    'df.mergeInto("t", col("a")).whenMatched().updateAll().whenNotMatched().insertAll().merge()',
    ({ df }) => df.mergeInto('t', col('a')).whenMatched().updateAll().whenNotMatched().insertAll().merge(),
  ],

  ['spark.readStream.load("/p")', ({ spark }) => spark.readStream.load('/p')],
  [
    'spark.readStream.schema("a INT").option("k", 1).json("/p")',
    ({ spark }) => spark.readStream.schema('a INT').option('k', 1).json('/p'),
  ],
  ['spark.readStream.option("a", "b").table("t")', ({ spark }) => spark.readStream.option('a', 'b').table('t')],
  ['df.writeStream.start()', ({ df }) => df.writeStream.start()],
  [
    'df.writeStream.trigger(processingTime="1 second").start("/p", "f", "update", ["a"], "q", k=1)',
    ({ df }) =>
      df.writeStream
        .trigger({ processingTime: '1 second' })
        .format('f')
        .outputMode('update')
        .partitionBy('a')
        .queryName('q')
        .option('k', 1)
        .start('/p'),
  ],
  ['df.writeStream.trigger(once=True).start()', ({ df }) => df.writeStream.trigger({ once: true }).start()],
  [
    'df.writeStream.trigger(availableNow=True).start()',
    ({ df }) => df.writeStream.trigger({ availableNow: true }).start(),
  ],
  [
    'df.writeStream.trigger(continuous="1 second").start()',
    ({ df }) => df.writeStream.trigger({ continuous: '1 second' }).start(),
  ],
  ['df.writeStream.clusterBy("a").toTable("t")', ({ df }) => df.writeStream.clusterBy('a').toTable('t')],
  [`${theirQuery}.stop()`, (given) => query(given).stop()],
  [`${theirQuery}.status`, (given) => query(given).status()],
  [`${theirQuery}.lastProgress`, (given) => query(given).lastProgress()],
  [`${theirQuery}.exception()`, (given) => query(given).exception()],
  [`${theirQuery}.processAllAvailable()`, (given) => query(given).processAllAvailable()],
  [`${theirQuery}.explain(True)`, (given) => query(given).explain(true)],
  [`${theirQuery}.awaitTermination(2)`, (given) => query(given).awaitTermination(2000)],
  ['spark.streams.active', ({ spark }) => spark.streams.active()],
  ['spark.streams.get("q")', ({ spark }) => spark.streams.get('q')],
  ['spark.streams.awaitAnyTermination(2)', ({ spark }) => spark.streams.awaitAnyTermination(2000)],
  ['spark.streams.resetTerminated()', ({ spark }) => spark.streams.resetTerminated()],

  ['spark.catalog.listTables()', ({ spark }) => spark.catalog.listTables()],
  ['spark.catalog.listTables(pattern="p")', ({ spark }) => spark.catalog.listTables(undefined, 'p')],
  ['spark.catalog.tableExists("t", "d")', ({ spark }) => spark.catalog.tableExists('t', 'd')],
  ['spark.catalog.listColumns("t", "d")', ({ spark }) => spark.catalog.listColumns('t', 'd')],
  ['spark.catalog.listFunctions("d", "p")', ({ spark }) => spark.catalog.listFunctions('d', 'p')],
  ['spark.catalog.listDatabases("p")', ({ spark }) => spark.catalog.listDatabases('p')],
  ['spark.catalog.cacheTable("t")', ({ spark }) => spark.catalog.cacheTable('t')],
  [
    'spark.catalog.cacheTable("t", StorageLevel.DISK_ONLY)',
    ({ spark }) => spark.catalog.cacheTable('t', StorageLevels.DISK_ONLY),
  ],
  [
    'spark.catalog.createTable("t", "/p", "parquet", T.StructType([T.StructField("x", T.IntegerType())]), "d", k="v")',
    ({ spark }) =>
      spark.catalog.createTable('t', {
        path: '/p',
        source: 'parquet',
        schema: StructType.of({ x: 'int' }),
        description: 'd',
        options: { k: 'v' },
      }),
  ],
];
