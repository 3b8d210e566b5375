/** Every public method that asks the server takes a signal: a new one that does not is found here by its name. */
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { callPython } from '../../../src/api/call-python.ts';
import { SessionClient } from '../../../src/client/session-client.ts';
import { CommandSchema } from '../../../src/gen/spark/connect/commands_pb.js';
import { col, type DataFrame, Observation, SparkSession, StreamingQuery } from '../../../src/index.ts';
import { relationPlan } from '../../../src/plan/compile/index.ts';
import { publicDeclarations } from '../../helpers/public-api.ts';
import { FakeServer } from '../client/fake-server.ts';

interface Options {
  readonly signal: AbortSignal;
}
interface Things {
  readonly spark: SparkSession;
  readonly client: SessionClient;
  /** A new one each time: what it knows already it need not ask. */
  readonly frame: DataFrame;
  readonly query: StreamingQuery;
  /** Of the server that does not answer. */
  readonly remote: string;
}
type Call = (things: Things, options: Options) => Promise<unknown>;

const next = (rows: AsyncGenerator<unknown>) => rows.next();
const listener = {};
const thisFile = import.meta.filename;
const emptyCommand = create(CommandSchema);

const CALLS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  DataFrame: {
    collect: ({ frame }, options) => frame.collect(options),
    toLocalIterator: ({ frame }, options) => next(frame.toLocalIterator(options)),
    toBatches: ({ frame }, options) => next(frame.toBatches(options)),
    toArrow: ({ frame }, options) => frame.toArrow(options),
    first: ({ frame }, options) => frame.first(options),
    head: ({ frame }, options) => frame.head(1, options),
    take: ({ frame }, options) => frame.take(1, options),
    tail: ({ frame }, options) => frame.tail(1, options),
    count: ({ frame }, options) => frame.count(options),
    isEmpty: ({ frame }, options) => frame.isEmpty(options),
    show: ({ frame }, options) => frame.show(1, options),
    showString: ({ frame }, options) => frame.showString(1, options),
    schema: ({ frame }, options) => frame.schema(options),
    columns: ({ frame }, options) => frame.columns(options),
    dtypes: ({ frame }, options) => frame.dtypes(options),
    printSchema: ({ frame }, options) => frame.printSchema(undefined, options),
    explain: ({ frame }, options) => frame.explain('simple', options),
    explainString: ({ frame }, options) => frame.explainString('simple', options),
    isStreaming: ({ frame }, options) => frame.isStreaming(options),
    isLocal: ({ frame }, options) => frame.isLocal(options),
    inputFiles: ({ frame }, options) => frame.inputFiles(options),
    sameSemantics: ({ frame }, options) => frame.sameSemantics(frame, options),
    semanticHash: ({ frame }, options) => frame.semanticHash(options),
    persist: ({ frame }, options) => frame.persist(undefined, options),
    cache: ({ frame }, options) => frame.cache(options),
    unpersist: ({ frame }, options) => frame.unpersist(options),
    storageLevel: ({ frame }, options) => frame.storageLevel(options),
    isCached: ({ frame }, options) => frame.isCached(options),
    checkpoint: ({ frame }, options) => frame.checkpoint(true, options),
    localCheckpoint: ({ frame }, options) => frame.localCheckpoint(true, options),
    createTempView: ({ frame }, options) => frame.createTempView('v', options),
    createOrReplaceTempView: ({ frame }, options) => frame.createOrReplaceTempView('v', options),
    registerTempTable: ({ frame }, options) => frame.registerTempTable('v', options),
    createGlobalTempView: ({ frame }, options) => frame.createGlobalTempView('v', options),
    createOrReplaceGlobalTempView: ({ frame }, options) => frame.createOrReplaceGlobalTempView('v', options),
    cov: ({ frame }, options) => frame.cov('a', 'b', options),
    corr: ({ frame }, options) => frame.corr('a', 'b', options),
    approxQuantile: ({ frame }, options) => frame.approxQuantile(['a'], [0.5], 0, options),
  },
  DataFrameStatFunctions: {
    cov: ({ frame }, options) => frame.stat.cov('a', 'b', options),
    corr: ({ frame }, options) => frame.stat.corr('a', 'b', options),
    approxQuantile: ({ frame }, options) => frame.stat.approxQuantile(['a'], [0.5], 0, options),
  },
  DataFrameWriter: {
    save: ({ frame }, options) => frame.write.save('/path', options),
    saveAsTable: ({ frame }, options) => frame.write.saveAsTable('t', options),
    insertInto: ({ frame }, options) => frame.write.insertInto('t', options),
    parquet: ({ frame }, options) => frame.write.parquet('/path', options),
    json: ({ frame }, options) => frame.write.json('/path', options),
    csv: ({ frame }, options) => frame.write.csv('/path', options),
    orc: ({ frame }, options) => frame.write.orc('/path', options),
    text: ({ frame }, options) => frame.write.text('/path', options),
    xml: ({ frame }, options) => frame.write.xml('/path', options),
    jdbc: ({ frame }, options) => frame.write.jdbc('jdbc:mysql://db', 't', options),
  },
  DataFrameWriterV2: {
    create: ({ frame }, options) => frame.writeTo('t').create(options),
    replace: ({ frame }, options) => frame.writeTo('t').replace(options),
    createOrReplace: ({ frame }, options) => frame.writeTo('t').createOrReplace(options),
    append: ({ frame }, options) => frame.writeTo('t').append(options),
    overwrite: ({ frame }, options) => frame.writeTo('t').overwrite(col('id').gt(1), options),
    overwritePartitions: ({ frame }, options) => frame.writeTo('t').overwritePartitions(options),
  },
  MergeIntoWriter: {
    merge: ({ frame }, options) => frame.mergeInto('t', col('id').eq(1)).whenMatched().delete().merge(options),
  },
  DataStreamWriter: {
    start: ({ frame }, options) => frame.writeStream.format('noop').start(undefined, options),
    toTable: ({ frame }, options) => frame.writeStream.toTable('t', options),
  },
  Catalog: {
    currentCatalog: ({ spark }, options) => spark.catalog.currentCatalog(options),
    setCurrentCatalog: ({ spark }, options) => spark.catalog.setCurrentCatalog('c', options),
    listCatalogs: ({ spark }, options) => spark.catalog.listCatalogs(undefined, options),
    currentDatabase: ({ spark }, options) => spark.catalog.currentDatabase(options),
    setCurrentDatabase: ({ spark }, options) => spark.catalog.setCurrentDatabase('d', options),
    listDatabases: ({ spark }, options) => spark.catalog.listDatabases(undefined, options),
    databaseExists: ({ spark }, options) => spark.catalog.databaseExists('d', options),
    getDatabase: ({ spark }, options) => spark.catalog.getDatabase('d', options),
    listTables: ({ spark }, options) => spark.catalog.listTables(undefined, undefined, options),
    tableExists: ({ spark }, options) => spark.catalog.tableExists('t', undefined, options),
    getTable: ({ spark }, options) => spark.catalog.getTable('t', undefined, options),
    createTable: ({ spark }, options) => spark.catalog.createTable('t', options),
    createExternalTable: ({ spark }, options) => spark.catalog.createExternalTable('t', options),
    listColumns: ({ spark }, options) => spark.catalog.listColumns('t', undefined, options),
    listFunctions: ({ spark }, options) => spark.catalog.listFunctions(undefined, undefined, options),
    getFunction: ({ spark }, options) => spark.catalog.getFunction('f', undefined, options),
    functionExists: ({ spark }, options) => spark.catalog.functionExists('f', undefined, options),
    dropTempView: ({ spark }, options) => spark.catalog.dropTempView('v', options),
    dropGlobalTempView: ({ spark }, options) => spark.catalog.dropGlobalTempView('v', options),
    isCached: ({ spark }, options) => spark.catalog.isCached('t', options),
    cacheTable: ({ spark }, options) => spark.catalog.cacheTable('t', undefined, options),
    uncacheTable: ({ spark }, options) => spark.catalog.uncacheTable('t', options),
    clearCache: ({ spark }, options) => spark.catalog.clearCache(options),
    refreshTable: ({ spark }, options) => spark.catalog.refreshTable('t', options),
    refreshByPath: ({ spark }, options) => spark.catalog.refreshByPath('/path', options),
    recoverPartitions: ({ spark }, options) => spark.catalog.recoverPartitions('t', options),
  },
  SparkSession: {
    sql: ({ spark }, options) => spark.sql('SELECT 1', {}, options),
    addArtifacts: ({ spark }, options) => spark.addArtifacts([thisFile], { kind: 'file', ...options }),
    addArtifact: ({ spark }, options) => spark.addArtifact(thisFile, { kind: 'file', ...options }),
    copyFromLocalToFs: ({ spark }, options) => spark.copyFromLocalToFs(thisFile, '/path', options),
    cloneSession: ({ spark }, options) => spark.cloneSession(undefined, options),
    interruptAll: ({ spark }, options) => spark.interruptAll(options),
    interruptTag: ({ spark }, options) => spark.interruptTag('t', options),
    interruptOperation: ({ spark }, options) => spark.interruptOperation('o', options),
  },
  SparkSessionBuilder: {
    create: ({ remote }, options) => builder(remote).create(options),
    getOrCreate: ({ remote }, options) => builder(remote).getOrCreate(options),
  },
  SessionConf: {
    get: ({ spark }, options) => spark.conf.withOptions(options).get('k'),
    getOption: ({ spark }, options) => spark.conf.withOptions(options).getOption('k'),
    getOptions: ({ spark }, options) => spark.conf.withOptions(options).getOptions(['k']),
    getAll: ({ spark }, options) => spark.conf.withOptions(options).getAll(),
    set: ({ spark }, options) => spark.conf.withOptions(options).set('k', 'v'),
    setAll: ({ spark }, options) => spark.conf.withOptions(options).setAll({ k: 'v' }),
    unset: ({ spark }, options) => spark.conf.withOptions(options).unset('k'),
    isModifiable: ({ spark }, options) => spark.conf.withOptions(options).isModifiable('k'),
  },
  SessionClient: {
    connect: ({ remote }, options) => SessionClient.connect({ remote }, options),
    execute: ({ client, frame }, options) => next(client.execute(relationPlan(frame.node), options)),
    runCommand: ({ client }, options) => client.runCommand(emptyCommand, options),
    analyze: ({ client }, options) => client.analyze({ case: undefined }, options),
    addArtifacts: ({ client }, options) => client.addArtifacts([{ name: 'n', parts: [new Uint8Array(1)] }], options),
    missingArtifacts: ({ client }, options) => client.missingArtifacts(['n'], options),
    clone: ({ client }, options) => client.clone(undefined, options),
    interruptAll: ({ client }, options) => client.interruptAll(options),
    interruptTag: ({ client }, options) => client.interruptTag('t', options),
    interruptOperation: ({ client }, options) => client.interruptOperation('o', options),
  },
  StreamingQuery: {
    isActive: ({ query }, options) => query.isActive(options),
    status: ({ query }, options) => query.status(options),
    lastProgress: ({ query }, options) => query.lastProgress(options),
    recentProgress: ({ query }, options) => query.recentProgress(options),
    exception: ({ query }, options) => query.exception(options),
    awaitTermination: ({ query }, options) => query.awaitTermination(undefined, options),
    stop: ({ query }, options) => query.stop(options),
    processAllAvailable: ({ query }, options) => query.processAllAvailable(options),
    explain: ({ query }, options) => query.explain(false, options),
  },
  StreamingQueryManager: {
    active: ({ spark }, options) => spark.streams.active(options),
    get: ({ spark }, options) => spark.streams.get('q', options),
    awaitAnyTermination: ({ spark }, options) => spark.streams.awaitAnyTermination(undefined, options),
    resetTerminated: ({ spark }, options) => spark.streams.resetTerminated(options),
    addListener: ({ spark }, options) => spark.streams.addListener(listener, options),
    removeListener: ({ spark }, options) => spark.streams.removeListener(listener, options),
    close: ({ spark }, options) => spark.streams.close(options),
  },
  Observation: { get: (_things, options) => new Observation().get(options) },
  functions: {
    callPython: ({ spark }, options) => callPython(spark, { source: '', name: 'f', argument: '' }, options),
  },
};

/** What ends things, in a time of its own, and what was asked when the session was opened. */
const WITHOUT_SIGNAL = new Set([
  'SparkSession.stop',
  'SparkSession.[Symbol.asyncDispose]',
  'SparkSession.version',
  'SessionClient.close',
]);
/** What makes no call of its own: it waits for another's, or for a stream that is not there in this test. */
const WITHOUT_CALL = new Set([
  'Observation.get',
  'StreamingQueryManager.removeListener',
  'StreamingQueryManager.close',
]);
/** What the client says by the way. */
const ASIDE = new Set(['interrupt', 'releaseExecute']);

function builder(remote: string) {
  return SparkSession.builder().remote(remote).connection({ connectTimeoutMs: 1_000 });
}

function asyncNames(): string[] {
  return publicDeclarations()
    .flatMap(({ name, isAsync, members }) => [
      ...(isAsync ? [`functions.${name}`] : []),
      ...members.filter((member) => member.isAsync).map((member) => `${name}.${member.name}`),
    ])
    .filter((name) => !WITHOUT_SIGNAL.has(name));
}

describe('a signal that is aborted', () => {
  const calls = Object.entries(CALLS).flatMap(([owner, methods]) =>
    Object.entries(methods).map(([name, call]) => [`${owner}.${name}`, call] as const),
  );
  let server: FakeServer;
  let spark: SparkSession;

  const things = (): Things => ({
    spark,
    client: spark.client,
    frame: spark.range(3),
    query: new StreamingQuery(spark.client, { id: 'q', runId: 'r', name: undefined }),
    remote: server.address,
  });
  const outcome = (promise: Promise<unknown>) =>
    promise.then(
      () => 'it resolved',
      (error: unknown) => error,
    );

  before(async () => {
    server = await FakeServer.start({ ending: 'complete' });
    spark = await builder(server.address).create();
    // What is asked once in a session is known by then.
    await spark.client.runCommand(emptyCommand);
    server.hangs = true;
  });
  after(() => {
    spark.disconnect();
    server.stop();
  });

  it('is taken by every public method that asks the server', () => {
    expect(calls.map(([name]) => name).sort()).to.deep.equal(asyncNames().sort());
  });

  it('ends each of them with its reason, before the server is asked', async () => {
    const reason = new Error('not any more');
    const signal = AbortSignal.abort(reason);
    const asked: string[] = [];
    const stop = server.onUnanswered((name) => asked.push(name));
    for (const [name, call] of calls) expect(await outcome(call(things(), { signal })), name).to.equal(reason);
    stop();
    expect(asked.filter((name) => !ASIDE.has(name))).to.deep.equal([]);
  });

  it('ends each of them with its reason while the server is silent', async () => {
    for (const [name, call] of calls.filter(([name]) => !WITHOUT_CALL.has(name) || name === 'Observation.get')) {
      const controller = new AbortController();
      const reason = new Error(`no ${name} any more`);
      const asked = new Promise<void>((resolve) => {
        const stop = server.onUnanswered((called) => {
          if (ASIDE.has(called) && !name.includes('.interrupt')) return;
          stop();
          resolve();
        });
      });
      const ended = outcome(call(things(), { signal: controller.signal }));
      if (!WITHOUT_CALL.has(name)) expect(await Promise.race([asked, ended]), name).to.equal(undefined);
      controller.abort(reason);
      expect(await ended, name).to.equal(reason);
    }
  });
});
