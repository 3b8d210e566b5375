import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SparkSession } from '../../src/index.ts';
import { Child, type ChildEvent } from '../helpers/child.ts';
import { isAtLeast, sparkRemote } from '../helpers/spark.ts';
import { until, Workspace } from '../helpers/workspace.ts';

describe('foreachBatch whose driver dies, freezes or is replaced', () => {
  let workspace: Workspace;
  const children: Child[] = [];

  before(async () => {
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      await child.ended;
    }
  });
  after(() => workspace.remove());

  function drive(folder: string, settings: object): Child {
    const paths = { input: workspace.url(folder), checkpoint: workspace.url(`${folder}-checkpoint`) };
    const child = new Child('foreach-batch-driver.ts', { remote: sparkRemote(), ...paths, ...settings });
    children.push(child);
    return child;
  }
  async function fill(folder: string, files: number): Promise<void> {
    for (let i = 0; i < files; i++) {
      const rows = Array.from({ length: 10 }, (_, k) => ({ id: i * 10 + k }));
      await workspace.writeJson(folder, rows);
    }
  }
  /** A look from outside at the session that a driver uses, while it is dead or frozen. */
  const visit = (sessionId: string, userId: string) =>
    SparkSession.builder().remote(sparkRemote()).connection({ sessionId, userId }).create();
  const batchesOf = (child: Child) => child.events.filter(({ event }) => event === 'batch');
  const rowsOf = ({ ids }: ChildEvent) => [...(ids as number[])].sort((a, b) => a - b);

  it('is taken over at once after SIGKILL inside the handler: the batch comes again, nothing is lost', async () => {
    const files = 6;
    await fill('killed', files);
    // A lease of minutes: who takes over must not have to wait for its end.
    const dead = drive('killed', { hangAt: 2, leaseTimeoutMs: 300_000 });
    const unacknowledged = await dead.event('batch', 3);
    dead.kill('SIGKILL');
    expect(await dead.ended).to.equal('SIGKILL');

    const next = drive('killed', { stopAfter: files - 1, leaseTimeoutMs: 300_000 });
    const again = await next.event('batch', 1, 30_000);
    expect([again.batchId, rowsOf(again)]).to.deep.equal([2, rowsOf(unacknowledged)]);
    expect((await next.event('started')).id).to.equal((await dead.event('started')).id);
    await next.event('terminated');
    const acknowledged = [...batchesOf(dead).slice(0, 2), ...batchesOf(next)];
    expect(acknowledged.map(({ batchId }) => batchId)).to.deep.equal([0, 1, 2, 3, 4, 5]);
    const ids = acknowledged.flatMap(rowsOf).sort((a, b) => a - b);
    expect(ids).to.deep.equal(Array.from({ length: files * 10 }, (_, i) => i));
  });

  it('is taken over from a driver that lives: that one ends', async () => {
    await fill('replaced', 2);
    const first = drive('replaced', { hangAt: 1 });
    const unfinished = await first.event('batch', 2);
    const second = drive('replaced', { stopAfter: 1 });
    const again = await second.event('batch', 1);
    expect([again.batchId, rowsOf(again)]).to.deep.equal([1, rowsOf(unfinished)]);
    await first.event('signal');
    await first.event('terminated');
    await second.event('terminated');
  });

  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    it(`fails by the lease when its driver gets ${signal}`, async () => {
      await fill(signal, 1);
      const leaseTimeoutMs = 3_000;
      const identity = { sessionId: randomUUID(), userId: 'ward-3a' };
      const driver = drive(signal, { ...identity, hangAt: 0, leaseTimeoutMs });
      await driver.event('batch');
      const { id } = await driver.event('started');
      const spark = await visit(identity.sessionId, identity.userId);
      const query = await spark.streams.get(String(id));
      driver.kill(signal);
      const killedAt = performance.now();
      const exception = await until('the failure', () => query?.exception());
      expect(performance.now() - killedAt).to.be.within(0.7 * leaseTimeoutMs, leaseTimeoutMs + 10_000);
      // Spark 3.5 drops what a Python worker says of its error.
      if (await isAtLeast(spark, '4.0')) expect(exception.message).to.include('no sign of life for 3 s');
      if (signal === 'SIGSTOP') {
        // What wakes up too late learns that its query is over.
        driver.kill('SIGCONT');
        await driver.event('signal');
        await driver.event('failed');
      }
      spark.disconnect();
    });
  }

  it('ends when another process stops the query by its name', async () => {
    await fill('visited', 1);
    const identity = { sessionId: randomUUID(), userId: 'ward-3b' };
    const driver = drive('visited', { ...identity, hangAt: 0, queryName: 'alerts' });
    await driver.event('batch');
    const visitor = new Child('session-visitor.ts', { ...identity, remote: sparkRemote(), stop: 'alerts' });
    children.push(visitor);
    expect((await visitor.event('left')).names).to.deep.equal([]);
    await driver.event('signal');
    await driver.event('terminated');
    expect(await driver.ended).to.equal(0);
  });
});
