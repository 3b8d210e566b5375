import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SparkConnectError, SparkSession } from '../../src/index.ts';
import { sparkRemote } from '../helpers/spark.ts';

describe('SparkSession on a server', () => {
  const builder = () => SparkSession.builder().remote(sparkRemote());

  it('is one for the same address and identity until it is stopped', async () => {
    const sessionId = randomUUID();
    const first = await builder().sessionId(sessionId).config('spark.sql.shuffle.partitions', 3).getOrCreate();
    const second = await builder().sessionId(sessionId).config('spark.sql.ansi.enabled', false).getOrCreate();
    expect(second).to.equal(first);
    expect(await first.conf.get('spark.sql.shuffle.partitions')).to.equal('3');
    expect(await first.conf.get('spark.sql.ansi.enabled')).to.equal('false');
    expect(await first.conf.get('spark.sql.shuffle.partitions', 5)).to.equal('3');
    expect(await first.conf.get('spark.no.such.key', 5)).to.equal('5');
    first.disconnect();
    const third = await builder().sessionId(sessionId).getOrCreate();
    expect(third).not.to.equal(first);
    // The same session on the server: what was set is still set.
    expect(await third.conf.get('spark.sql.shuffle.partitions')).to.equal('3');
    await third.stop();
  });

  it('keeps views to itself', async () => {
    const [one, other] = [await builder().create(), await builder().create()];
    await one.range(1).createOrReplaceTempView('mine');
    expect(await one.catalog.tableExists('mine')).to.equal(true);
    expect(await other.catalog.tableExists('mine')).to.equal(false);
    await one.stop();
    await other.stop();
  });

  it('leaves no connection behind when a setting is refused', async () => {
    const error = await builder()
      .config('spark.sql.shuffle.partitions', 'many')
      .getOrCreate()
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SparkConnectError).with.property('message').that.contains('shuffle.partitions');
  });
});
