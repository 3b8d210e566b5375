import { expect } from 'chai';
import { SessionClient } from '../../../src/client/session-client.ts';
import { type DataFrame, SparkSession } from '../../../src/index.ts';
import { FakeServer } from '../client/fake-server.ts';

describe('tags', () => {
  let server: FakeServer;
  let spark: SparkSession;
  beforeEach(async () => {
    server = await FakeServer.start();
    spark = new SparkSession(await SessionClient.connect({ remote: server.address }));
  });
  afterEach(() => {
    spark.disconnect();
    server.stop();
  });

  const options = { tags: ['own'] };
  const actions: Readonly<Record<string, (frame: DataFrame) => Promise<unknown>>> = {
    collect: (frame) => frame.collect(options),
    count: (frame) => frame.count(options),
    isEmpty: (frame) => frame.isEmpty(options),
    showString: (frame) => frame.showString(1, options),
    toArrow: (frame) => frame.toArrow(options),
    'write.save': (frame) => frame.write.save('/path', options),
    createTempView: (frame) => frame.createTempView('v', options),
    'session.sql': () => spark.sql('SELECT 1', {}, options),
    'writeStream.start': (frame) => frame.writeStream.format('noop').start('/path'),
    toBatches: (frame) => afterwards(frame.toBatches(options)),
    toLocalIterator: (frame) => afterwards(frame.toLocalIterator(options)),
  };
  /** What is asked for its first row when the tags are others already. */
  async function afterwards(rows: AsyncGenerator): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await rows.next();
  }

  for (const [name, act] of Object.entries(actions)) {
    it(`are those of the moment when the action was called: ${name}`, async () => {
      server.turn({ ending: 'complete' });
      spark.addTag('before');
      const acting = act(spark.range(1));
      spark.removeTag('before');
      spark.addTag('after');
      // Many fail at the answer without a row.
      await acting.catch(() => {});
      const expected = name === 'writeStream.start' ? ['before'] : ['before', 'own'];
      expect(server.request?.tags).to.deep.equal(expected);
    });
  }

  it('are refused where they are none, when the first row is asked for', async () => {
    const rows = spark.range(1).toBatches({ tags: ['a,b'] });
    const error = await rows.next().catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'invalid-argument' });
  });
});
