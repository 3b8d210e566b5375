// Rows that leave as they come: Spark 4.2's trigger realTime, from Kafka to Kafka.
import { expect } from 'chai';
import { col, type DataFrame, SparkConnectError, type SparkSession } from '../../../src/index.ts';
import { KafkaTopic } from '../../helpers/kafka-topic.ts';
import { isAtLeast, openSession } from '../../helpers/spark.ts';
import { rejection, until, Workspace } from '../../helpers/workspace.ts';

describe('the trigger realTime', () => {
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

  const rate = (): DataFrame => spark.readStream.format('rate').load();
  const start = (frame: DataFrame, format: string) =>
    frame.writeStream.format(format).outputMode('update').trigger({ realTime: '1 minute' }).start();

  it('is refused where the server is older than 4.2, with the version that has it', async function () {
    if (await isAtLeast(spark, '4.2')) this.skip();
    const error = await rejection(start(rate(), 'console'));
    expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'unsupported');
    expect(String(error)).to.contain('realTime exists from Spark 4.2 on; this server has');
  });

  it('refuses a sink that waits for the end of a batch, in the words of Spark (4.2)', async function () {
    if (!(await isAtLeast(spark, '4.2'))) this.skip();
    const error = await rejection(start(rate(), 'noop'));
    expect(error).to.be.instanceOf(SparkConnectError);
    expect(String(error)).to.contain('STREAMING_REAL_TIME_MODE');
  });

  it('hands messages on while the batch that they belong to lasts (4.2)', async function () {
    if (!(await isAtLeast(spark, '4.2'))) this.skip();
    const source = await KafkaTopic.create(1);
    const target = await KafkaTopic.create(1);
    const kafka = (topic: KafkaTopic) => ({ 'kafka.bootstrap.servers': topic.brokers });
    try {
      const query = await spark.readStream
        .format('kafka')
        .options({ ...kafka(source), subscribe: source.name, startingOffsets: 'earliest' })
        .load()
        .filter(col('value').cast('string').notEqual('noise'))
        .select('key', 'value')
        .writeStream.format('kafka')
        .options({ ...kafka(target), topic: target.name })
        .option('checkpointLocation', workspace.url('checkpoint'))
        .outputMode('update')
        .trigger({ realTime: '5 minutes' })
        .start();
      await source.send([
        { key: 'p1', value: '211' },
        { key: 'p1', value: 'noise' },
      ]);
      const arrived = spark.read
        .format('kafka')
        .options({ ...kafka(target), subscribe: target.name })
        .load()
        .select(col('value').cast('string'));
      await until('the first message', async () => (await arrived.count()) === 1);
      await source.send([{ key: 'p2', value: '168' }]);
      await until('the second message', async () => (await arrived.count()) === 2);
      expect(await arrived.collect()).to.deep.equal([{ value: '211' }, { value: '168' }]);
      // Neither has waited for the end of a batch: the first one lasts.
      expect(await query.lastProgress()).to.equal(undefined);
      await query.stop();
      expect(await query.exception()).to.equal(undefined);
    } finally {
      await source.drop();
      await target.drop();
    }
  });
});
