import { expect } from 'chai';
import { SessionClient } from '../../../src/client/session-client.ts';
import { col, SparkConnectError, SparkSession } from '../../../src/index.ts';
import { FakeServer } from '../client/fake-server.ts';

describe('a plan that is nested too deeply', () => {
  let server: FakeServer;
  let spark: SparkSession;
  before(async () => {
    server = await FakeServer.start();
    spark = new SparkSession(await SessionClient.connect({ remote: server.address }));
  });
  after(() => {
    spark.disconnect();
    server.stop();
  });

  // Some overflow where the plan is compiled, some where it is written as bytes.
  for (const depth of [1_500, 2_000, 3_000, 5_000, 20_000]) {
    it(`is refused as such, and never with an error of Node's: ${depth} levels`, async () => {
      let frame = spark.range(2);
      let column = col('id');
      for (let level = 0; level < depth; level++) {
        frame = frame.filter('id < 1');
        column = column.plus(1);
      }
      const wide = spark.range(1).select(column);
      for (const act of [
        () => frame.collect(),
        () => frame.schema(),
        () => frame.write.save('/path'),
        () => wide.count(),
        () => wide.schema(),
        async () => wide.toPlan(),
      ]) {
        const outcome = await act().catch((thrown: unknown) => thrown);
        if (outcome instanceof Error) expect(outcome).to.be.instanceOf(SparkConnectError);
        // What is not so deep may fit the stack, and then fails here for want of an answer.
        if (depth < 20_000 && !/nested|stack/.test(String(outcome))) continue;
        expect(outcome).to.include({ code: 'invalid-argument' });
        expect(String(outcome)).to.match(/nested too deeply: checkpoint/);
      }
    });
  }
});
