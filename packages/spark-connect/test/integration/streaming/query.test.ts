import { expect } from 'chai';
import { SparkConnectError, type SparkSession, type StreamingQuery } from '../../../src/index.ts';
import { openSession } from '../../helpers/spark.ts';
import { rejection, until, Workspace } from '../../helpers/workspace.ts';

describe('a streaming query', () => {
  let spark: SparkSession;
  let workspace: Workspace;

  before(async () => {
    spark = await openSession();
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    for (const query of await spark.streams.active()) await query.stop();
  });
  after(async () => {
    await spark.stop();
    await workspace.remove();
  });

  const rate = (name: string, checkpoint?: string) => {
    const writer = spark.readStream.format('rate').option('rowsPerSecond', 50).load().writeStream.queryName(name);
    return (checkpoint === undefined ? writer : writer.option('checkpointLocation', workspace.url(checkpoint)))
      .format('noop')
      .trigger({ processingTime: '100 milliseconds' });
  };
  const progressed = (query: StreamingQuery) => until('progress', () => query.lastProgress());

  it('has a name, an id of its checkpoint and a run id of its start', async () => {
    const first = await rate('named', 'identity').start();
    expect(first.name).to.equal('named');
    await progressed(first);
    await first.stop();
    const second = await rate('named', 'identity').start();
    expect(second.id).to.equal(first.id);
    expect(second.runId).not.to.equal(first.runId);
    expect(first.id).to.match(/^[0-9a-f-]{36}$/);
  });

  it('reports its batches, typed, the newest last', async () => {
    const query = await rate('progress').start();
    await until('three reports', async () => (await query.recentProgress()).length >= 3);
    const reports = await query.recentProgress();
    const batches = reports.map(({ batchId }) => batchId);
    expect(batches).to.deep.equal([...batches].sort((a, b) => a - b));
    const last = await query.lastProgress();
    expect(last?.batchId).to.be.at.least(batches.at(-1) ?? 0);
    expect(last).to.include({ id: query.id, runId: query.runId, name: 'progress' });
    expect(last?.numInputRows).to.be.a('number');
    expect(last?.durationMs).to.have.property('triggerExecution').that.is.a('number');
    expect(Date.parse(last?.timestamp ?? '')).to.be.closeTo(Date.now(), 60_000);
    expect(last?.sources[0]?.description).to.match(/^RateStream/);
    expect(last?.sink.description).to.match(/noop/i);
  });

  it('has no progress before its first batch, and a status all the time', async () => {
    await workspace.writeJson('status', []);
    const query = await spark.readStream
      .schema('id INT')
      .json(workspace.url('status'))
      .writeStream.format('noop')
      .start();
    expect(query.name).to.equal(undefined);
    const status = await until('idleness', async () => {
      const now = await query.status();
      // It looks for data every few milliseconds, and is active then.
      return now.message === 'Waiting for data to arrive' && !now.isTriggerActive && now;
    });
    expect(status).to.deep.equal({
      message: 'Waiting for data to arrive',
      isDataAvailable: false,
      isTriggerActive: false,
    });
    expect(await query.isActive()).to.equal(true);
    await query.stop();
    expect(await query.isActive()).to.equal(false);
    expect((await query.status()).message).to.equal('Stopped');
  });

  it('ends on stop: awaitTermination resolves, stopping again does no harm, there is no exception', async () => {
    const query = await rate('stopped').start();
    await progressed(query);
    const waiting = query.awaitTermination();
    await query.stop();
    expect(await waiting).to.equal(true);
    await query.stop();
    expect(await query.awaitTermination(10)).to.equal(true);
    expect(await query.exception()).to.equal(undefined);
  });

  it('is waited for no longer than the timeout, and not past an abort', async () => {
    const query = await rate('endless').start();
    const started = performance.now();
    expect(await query.awaitTermination(300)).to.equal(false);
    expect(performance.now() - started).to.be.within(290, 10_000);
    const abort = new AbortController();
    const reason = new Error('not interested any more');
    const waiting = rejection(query.awaitTermination(undefined, { signal: abort.signal }));
    abort.abort(reason);
    expect(await waiting).to.equal(reason);
    expect(await query.isActive()).to.equal(true);
  });

  it('takes timeouts of a fraction of a millisecond, and none that are no time', async () => {
    const query = await rate('fractions').start();
    expect(await query.awaitTermination(1.5)).to.equal(false);
    await spark.streams.resetTerminated();
    expect(await spark.streams.awaitAnyTermination(1.5)).to.equal(false);
    for (const timeoutMs of [0, -1, Number.NaN]) {
      expect(await rejection(query.awaitTermination(timeoutMs))).to.have.property('code', 'invalid-argument');
      const any = await rejection(spark.streams.awaitAnyTermination(timeoutMs));
      expect(any).to.have.property('code', 'invalid-argument');
    }
    const waiting = query.awaitTermination(Number.POSITIVE_INFINITY);
    await query.stop();
    expect(await waiting).to.equal(true);
  });

  it('tells why it failed: by awaitTermination and by exception', async () => {
    await workspace.writeJson('failing', [{ id: 0 }]);
    const failing = spark.readStream
      .schema('id INT')
      .json(workspace.url('failing'))
      .selectExpr("raise_error('no such ward')");
    const query = await failing.writeStream.format('noop').start();
    const error = await rejection(query.awaitTermination());
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'query-failed');
    expect(String(error)).to.include('no such ward');
    expect(await query.isActive()).to.equal(false);
    const exception = await query.exception();
    expect(exception?.code).to.equal('query-failed');
    expect(exception?.message).to.include('no such ward');
  });

  it('works off what is there: processAllAvailable, and explains its last batch', async () => {
    await workspace.writeJson('available', [{ id: 1 }, { id: 2 }]);
    const query = await spark.readStream
      .schema('id INT')
      .json(workspace.url('available'))
      .filter('id > 1')
      .writeStream.format('memory')
      .queryName('available')
      .start();
    await query.processAllAvailable();
    expect(await spark.table('available').collect()).to.deep.equal([{ id: 2 }]);
    await workspace.writeJson('available', [{ id: 3 }]);
    await query.processAllAvailable();
    expect(await spark.table('available').orderBy('id').collect()).to.deep.equal([{ id: 2 }, { id: 3 }]);
    expect(await query.explain()).to.match(/Physical Plan[\s\S]*id#\d+ > 1/);
    expect(await query.explain(true)).to.match(/Logical Plan[\s\S]*Physical Plan/);
  });

  it('is refused with the words of Spark where the plan does not allow it', async () => {
    const counts = spark.readStream.format('rate').load().groupBy('value').count();
    const error = await rejection(counts.writeStream.format('noop').outputMode('append').start());
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'analysis');
    expect(String(error)).to.match(/append/i);
  });

  it('is found by the manager among the active ones, and by its id', async () => {
    const first = await rate('first').start();
    const second = await rate('second').start();
    const names = (await spark.streams.active()).map(({ name }) => name);
    expect(names).to.have.members(['first', 'second']);
    const found = await spark.streams.get(second.id);
    expect([found?.id, found?.runId, found?.name]).to.deep.equal([second.id, second.runId, 'second']);
    await found?.stop();
    expect(await second.isActive()).to.equal(false);
    expect(await spark.streams.get('00000000-0000-0000-0000-000000000000')).to.equal(undefined);
    expect((await spark.streams.active()).map(({ id }) => id)).to.deep.equal([first.id]);
  });

  it('lets the manager wait for any end, and forget ends', async () => {
    await spark.streams.resetTerminated();
    const query = await rate('any').start();
    expect(await spark.streams.awaitAnyTermination(50)).to.equal(false);
    const waiting = spark.streams.awaitAnyTermination();
    await query.stop();
    expect(await waiting).to.equal(true);
    await spark.streams.resetTerminated();
    const next = await rate('next').start();
    expect(await spark.streams.awaitAnyTermination(50)).to.equal(false);
    await next.stop();
  });
});
