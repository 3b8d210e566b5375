import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SparkSession } from '../../../src/index.ts';
import { Child } from '../../helpers/child.ts';
import { sparkRemote } from '../../helpers/spark.ts';

describe('a session that two processes share', () => {
  it('lets the second see the queries of the first and stop them', async () => {
    const identity = { sessionId: randomUUID(), userId: 'ward-3a' };
    const spark = await SparkSession.builder().remote(sparkRemote()).connection(identity).create();
    try {
      const start = (name: string) =>
        spark.readStream.format('rate').load().writeStream.format('noop').queryName(name).start();
      const kept = await start('kept');
      const stopped = await start('stopped');
      const visitor = new Child('session-visitor.ts', { ...identity, remote: sparkRemote(), stop: 'stopped' });
      const { queries } = await visitor.event('queries');
      expect(queries).to.have.deep.members([kept, stopped].map(({ id, runId, name }) => ({ id, runId, name })));
      expect((await visitor.event('left')).names).to.deep.equal(['kept']);
      expect(await visitor.ended).to.equal(0);
      expect(await stopped.awaitTermination()).to.equal(true);
      // The visitor left; the session and what runs in it stay.
      expect(await kept.isActive()).to.equal(true);
      await kept.stop();
    } finally {
      await spark.stop();
    }
  });

  it('keeps its queries when its first process leaves', async () => {
    const identity = { sessionId: randomUUID(), userId: 'ward-3b' };
    const join = () => SparkSession.builder().remote(sparkRemote()).connection(identity).create();
    const first = await join();
    const started = await first.readStream.format('rate').load().writeStream.format('noop').queryName('left').start();
    first.disconnect();
    const second = await join();
    try {
      const found = await second.streams.get(started.id);
      expect(found?.runId).to.equal(started.runId);
      await found?.stop();
      expect(await second.streams.active()).to.deep.equal([]);
    } finally {
      await second.stop();
    }
  });
});
