// What belongs to a session rather than to one DataFrame: tags, interrupts, progress, large plans, files, large local rows, clones.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { expect } from 'chai';
import { col, type ExecutionProgress, functions as F, lit, SparkConnectError, SparkSession } from '../../src/index.ts';
import { removeClusterFolder } from '../helpers/cluster-files.ts';
import { sleeper } from '../helpers/sleeper.ts';
import { isAtLeast, openSession, sparkRemote } from '../helpers/spark.ts';
import { rejection, until, Workspace } from '../helpers/workspace.ts';

describe('a session', () => {
  let spark: SparkSession;
  let workspace: Workspace;
  before(async () => {
    spark = await openSession();
    workspace = await Workspace.create();
  });
  after(async () => {
    await spark.stop();
    await workspace.remove();
  });

  it('tags what it executes, and interrupts by tag', async () => {
    spark.addTag('night-shift');
    expect(spark.getTags()).to.deep.equal(['night-shift']);
    expect(() => spark.addTag('a,b')).to.throw(SparkConnectError, 'no tag');
    const slow = sleeper(spark, 20_000);
    const ended = rejection(slow.collect());
    await until('the execution', async () => (await spark.interruptTag('night-shift')).length > 0);
    expect(await ended)
      .to.be.instanceOf(SparkConnectError)
      .with.property('code', 'aborted');
    spark.removeTag('night-shift');
    spark.addTag('other');
    spark.clearTags();
    expect(spark.getTags()).to.deep.equal([]);
  });

  it('interrupts one operation by its id, and all of them', async () => {
    const operationIds = [randomUUID(), randomUUID(), randomUUID()];
    const run = async (operationId: string) => {
      for await (const _ of spark.client.execute(sleeper(spark, 20_000).toPlan(), { operationId }));
    };
    const [first, ...others] = operationIds.map((operationId) => rejection(run(operationId)));
    const [firstId = '', ...otherIds] = operationIds;
    await until('the first', async () => (await spark.interruptOperation(firstId)).includes(firstId));
    expect(await first).to.include({ code: 'aborted' });
    const interrupted = new Set<string>();
    await until('the others', async () => {
      for (const id of await spark.interruptAll()) interrupted.add(id);
      return otherIds.every((id) => interrupted.has(id));
    });
    expect(await Promise.all(others)).to.satisfy((errors: SparkConnectError[]) =>
      errors.every(({ code }) => code === 'aborted'),
    );
    expect([...interrupted]).not.to.include(firstId);
  });

  it('tells how far an execution has come', async () => {
    const seen: ExecutionProgress[] = [];
    const note = (progress: ExecutionProgress) => seen.push(progress);
    spark.registerProgressHandler(note);
    spark.registerProgressHandler(() => {
      throw new Error('a display that fails');
    });
    // Reports in between come every other second only: a unit test looks at them.
    await spark.range(3).collect();
    expect(seen.at(-1)).to.include({ done: true });
    expect(new Set(seen.map(({ operationId }) => operationId)).size).to.equal(1);
    spark.removeProgressHandler(note);
    const told = seen.length;
    await spark.range(1).collect();
    spark.clearProgressHandlers();
    expect(seen.length).to.equal(told);
  });

  it('sends large plans compressed, where Node and the server can', async () => {
    const sent: unknown[] = [];
    const spy: Interceptor = (options, next) =>
      new InterceptingCall(next(options), {
        sendMessage(message, pass) {
          if (options.method_definition.path.endsWith('ExecutePlan')) sent.push(message.plan.opType.case);
          pass(message);
        },
      });
    const conf = { 'spark.connect.session.planCompression.threshold': '100000' };
    const own = await openSession(conf, { interceptors: [spy] });
    try {
      const text = 'ward '.repeat(100_000);
      const frame = own.range(2).select(lit(text).as('text'), 'id');
      expect(await frame.selectExpr('length(text) AS n').collect()).to.deep.equal([{ n: 500_000 }, { n: 500_000 }]);
      await frame.createOrReplaceTempView('compressed');
      expect(await own.table('compressed').count()).to.equal(2);
      const compresses = 'zstdCompressSync' in zlib && (await isAtLeast(own, '4.1'));
      const [query, command] = compresses ? Array(2).fill('compressedOperation') : ['root', 'command'];
      expect(sent).to.deep.equal([query, command, 'root']);
    } finally {
      await own.stop();
    }
  });

  it('sends rows apart from the plans, once, when they are many', async () => {
    const text = 'x'.repeat(1000);
    const rows = Array.from({ length: 3000 }, (_, id) => ({ id, text }));
    const frame = spark.createDataFrame(rows, 'id INT, text STRING');
    expect(await frame.agg(F.sum('id').as('sum'), F.max(F.length('text')).as('n')).collect()).to.deep.equal([
      { sum: 4_498_500n, n: 1000 },
    ]);
    expect(await frame.union(frame).count()).to.equal(6000);
    expect(await frame.columns()).to.deep.equal(['id', 'text']);
  });

  it('sends many rows in pieces, and each comes back', async () => {
    const chunked = await SparkSession.builder()
      .remote(sparkRemote())
      .connection({ localRelationChunkBytes: 300_000 })
      .create();
    try {
      const rows = Array.from({ length: 3000 }, (_, id) => ({ id, text: `${id}`.padStart(1000, 'x') }));
      const frame = chunked.createDataFrame(rows, 'id INT NOT NULL, text STRING');
      const back = await frame.collect();
      expect(back).to.deep.equal(rows);
      expect((await frame.schema()).toDDL()).to.equal('id INT NOT NULL,text STRING');
      const table = await chunked.createDataFrame(await frame.toArrow()).collect();
      expect(table).to.deep.equal(rows);
    } finally {
      await chunked.stop();
    }
  });

  it('sends files', async () => {
    const small = join(workspace.path, 'small.txt');
    const large = join(workspace.path, 'large.txt');
    await writeFile(small, 'small');
    await writeFile(large, 'large '.repeat(20_000));
    await spark.addArtifacts([small, large], { kind: 'file' });
    const again = await rejection(spark.addArtifact(join(workspace.path, 'none.txt'), { kind: 'file' }));
    expect(again).to.be.instanceOf(SparkConnectError).with.property('message').that.contains('cannot be read');
    const noJar = await rejection(spark.addArtifact(small));
    expect(noJar).to.be.instanceOf(SparkConnectError).with.property('message').that.contains('is no jar');
    for (const kind of ['archive', 'pyfile'] as const) {
      const wrong = await rejection(spark.addArtifact(small, { kind }));
      expect(wrong).to.be.instanceOf(SparkConnectError).with.property('message').that.contains(`is no ${kind} (`);
    }
    await spark.addArtifacts([]);
  });

  it('copies a file where the server allows it, and says what to allow where not', async () => {
    const source = join(workspace.path, 'source.txt');
    await writeFile(source, 'copied');
    const folder = `/tmp/spark-connect-test-${randomUUID()}`;
    const error = await spark.copyFromLocalToFs(source, `${folder}/target.txt`).catch((thrown: unknown) => thrown);
    if (error === undefined) {
      expect(await spark.read.text(`${folder}/target.txt`).collect()).to.deep.equal([{ value: 'copied' }]);
      await removeClusterFolder(folder);
    } else expect(error).to.be.instanceOf(SparkConnectError).with.property('message').that.contains('allowDestLocal');
    expect(await rejection(spark.copyFromLocalToFs(source, 'relative'))).to.have.property('code', 'invalid-argument');
  });

  it('is the active one of its process until it stops, and then the one before is', async () => {
    const before = SparkSession.getActiveSession();
    expect(before?.isStopped).to.equal(false);
    const own = await SparkSession.builder().remote(sparkRemote()).create();
    expect(SparkSession.getActiveSession()).to.equal(own);
    expect(SparkSession.active().isStopped).to.equal(false);
    await own.stop();
    expect(own.isStopped).to.equal(true);
    expect(SparkSession.active()).to.equal(before);
  });

  it('is cloned with its views and settings', async () => {
    await spark.range(3).createOrReplaceTempView('three');
    await spark.conf.set('spark.sql.shuffle.partitions', '7');
    if (!(await isAtLeast(spark, '4.1'))) {
      expect(await rejection(spark.cloneSession()))
        .to.have.property('message')
        .that.contains('from Spark 4.1 on');
      return;
    }
    const sessionId = randomUUID();
    const clone = await spark.cloneSession(sessionId);
    expect(clone.sessionId).to.equal(sessionId);
    expect(await clone.table('three').filter(col('id').gt(0)).count()).to.equal(2);
    expect(await clone.conf.get('spark.sql.shuffle.partitions')).to.equal('7');
    await clone.catalog.dropTempView('three');
    await clone.stop();
    expect(await spark.table('three').count()).to.equal(3);
  });
});
