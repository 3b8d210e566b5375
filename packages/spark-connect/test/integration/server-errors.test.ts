// What a real server tells of its errors, and batches in the pieces that it makes of them.
import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { PlanSchema } from '../../src/gen/spark/connect/base_pb.js';
import { functions as F, lit, SparkConnectError, SparkSession } from '../../src/index.ts';
import { isAtLeast, openSession, sparkRemote } from '../helpers/spark.ts';
import { rejection, Workspace } from '../helpers/workspace.ts';

describe('an error of the server', () => {
  let spark: SparkSession;
  let workspace: Workspace;
  before(async () => {
    [spark, workspace] = await Promise.all([openSession(), Workspace.create()]);
  });
  after(async () => {
    await spark.stop();
    await workspace.remove();
  });

  it('tells its causes and its stack', async () => {
    await workspace.writeJson('no.parquet', [{ id: 1 }]);
    const error = (await rejection(spark.read.parquet(workspace.url('no.parquet')).collect())) as SparkConnectError;
    expect(error).to.be.instanceOf(SparkConnectError).and.to.include({ code: 'execution' });
    if (!(await isAtLeast(spark, '4.0'))) return;
    const classes: (string | undefined)[] = [];
    for (let cause: unknown = error; cause instanceof SparkConnectError; cause = cause.cause)
      classes.push(cause.errorClass);
    expect(classes).to.include('FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER');
    expect(error.serverStackTrace).to.match(
      /^org\.apache\.spark\.SparkException: .*Caused by: java\.lang\.RuntimeException/s,
    );
  });

  it("tells a program's own text whole", async () => {
    const text = "first\nsecond\n   at /mnt/x(3)\n'Status is bad\n+- third\nDriver stacktrace:\nfourth";
    const error = (await rejection(
      spark
        .range(1)
        .select(F.raiseError(lit(text)))
        .collect(),
    )) as SparkConnectError;
    expect(error.message).to.include(text);
    expect(error.message).not.to.match(/\n\tat org\.apache\.spark/);
    const [missing, unknown] = [spark.table('no_such_table'), spark.range(1).select('no_such_column')];
    for (const frame of [missing, unknown])
      expect(String(await rejection(frame.collect()))).not.to.match(/UnresolvedRelation|Range/);
  });

  it('names the part of the statement', async () => {
    const error = (await rejection(spark.sql('SELECT nothing FROM range(3)'))) as SparkConnectError;
    expect(error).to.include({ code: 'analysis' });
    expect(error.errorClass).to.match(/^UNRESOLVED_COLUMN/);
    if (await isAtLeast(spark, '4.0'))
      expect(error.queryContexts?.[0]).to.include({ fragment: 'nothing', startIndex: 7 });
  });

  it('says that a plan is not known to it', async () => {
    const error = (await rejection(spark.client.execute(create(PlanSchema)).next())) as SparkConnectError;
    expect(error).to.be.instanceOf(SparkConnectError).and.to.include({ code: 'unsupported' });
    expect(error.message).to.include(`The server has Spark ${await spark.version()}`);
  });

  it('is the end of the session, where another program has ended it', async () => {
    if (!(await isAtLeast(spark, '4.0'))) return; // 3.5 ends no session before its time.
    const builder = SparkSession.builder().remote(sparkRemote()).sessionId(randomUUID());
    const [mine, others] = [await builder.getOrCreate(), await builder.create()];
    await others.stop({ allowReconnect: true });
    const error = (await rejection(mine.range(1).count())) as SparkConnectError;
    expect(error).to.include({ code: 'session-closed' });
    expect(error.message).to.match(/Open a new session/);
    expect(mine.isStopped).to.equal(true);
    const next = await builder.getOrCreate();
    expect(next).not.to.equal(mine);
    expect(await next.range(1).count()).to.equal(1);
    await next.stop();
    mine.disconnect();
  });
});

describe('a batch in pieces', () => {
  it('is small enough for a connection that takes less in a message', async () => {
    const spark = await SparkSession.builder().remote(`${sparkRemote()}/;grpc_max_message_size=100000`).create();
    const large = spark.range(1).selectExpr("repeat('x', 300000) AS text").collect();
    if (await isAtLeast(spark, '4.1')) expect(await large).to.deep.equal([{ text: 'x'.repeat(300_000) }]);
    else expect(await rejection(large)).to.have.property('code', 'protocol');
    await spark.stop();
  });

  it('is put together: rows that are larger than a piece', async () => {
    const spark = await SparkSession.builder()
      .remote(sparkRemote())
      .connection({ preferredArrowChunkBytes: 2_048 })
      .create();
    const rows = await spark.range(20).selectExpr('id', 'repeat(chr(97 + id), 5000) AS text').collect();
    expect(rows.map(({ id, text }) => [id, text])).to.deep.equal(
      Array.from({ length: 20 }, (_, id) => [BigInt(id), String.fromCharCode(97 + id).repeat(5000)]),
    );
    await spark.stop();
  });
});
