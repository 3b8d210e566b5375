import { expect } from 'chai';
import { SessionConf } from '../../../src/client/session-conf.ts';
import { col, functions as F, SparkSession } from '../../../src/index.ts';
import { planSession, rootOf } from '../../helpers/plans.ts';

/** What a program reads from its own settings, where a key may be there and undefined. */
const unknown: undefined | string = process.env.SPARK_CONNECT_TEST_NEVER_SET;

describe('an option that is undefined', () => {
  const spark = planSession();
  const given = { header: true, sep: unknown };

  it('is left out, as None is in PySpark', () => {
    expect(JSON.stringify(rootOf(spark.read.options(given).csv('/in')))).to.contain('"header":"true"');
    const frames = [
      spark.read.options(given).csv('/in'),
      spark.readStream.options(given).load('/in'),
      spark.range(1).select(F.fromCsv('id', 'a INT', given)),
      spark.range(1).select(F.fromCsv('id', 'a INT', { sep: unknown })),
    ];
    for (const frame of frames)
      expect(JSON.stringify(rootOf(frame)))
        .not.to.contain('undefined')
        .and.not.to.contain('"sep"');
    // @ts-expect-error: what JavaScript would let pass
    expect(JSON.stringify(rootOf(spark.read.option('sep', unknown).csv('/in')))).not.to.contain('undefined');
    expect(spark.range(1).write.options(given).toCommand({ to: 'source' }).options).to.deep.equal({ header: 'true' });
  });

  it("does not undo an option of the same name, or the builder's address", async () => {
    const frame = spark.readStream.option('sep', ';').options({ SEP: ',' }).options(given).load('/in');
    expect(JSON.stringify(rootOf(frame)))
      .to.contain('"SEP":","')
      .and.not.to.contain('"sep"');
    const builder = SparkSession.builder().remote('sc:/no-address').connection({ remote: unknown, caFile: unknown });
    const error = await builder.create().catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'invalid-connection-string');
  });

  it('is as good as one that is not there, wherever there are options', () => {
    const left = spark.range(1);
    const right = spark.range(1);
    expect(() => [
      left.unpivot({ ids: ['id'], values: undefined, variableColumnName: 'name', valueColumnName: 'value' }),
      left.sample(0.5, { withReplacement: undefined, seed: undefined }),
      left.unionByName(right, { allowMissingColumns: undefined }),
      left.dropna({ how: undefined, thresh: undefined, subset: undefined }),
      left.joinAsOf(right, 'id', 'id', { on: undefined, how: undefined, tolerance: undefined, direction: undefined }),
      spark.range(0, 3, 1, { numPartitions: undefined }),
      spark.read.jdbc('jdbc:x', 't', { properties: undefined, predicates: undefined, partitions: undefined }),
      col('id').alias('other', { metadata: undefined }),
    ]).not.to.throw();
  });

  it('is refused as a setting, which has a default to go back to', async () => {
    const conf = new SessionConf(() => Promise.reject(new Error('sent')));
    // @ts-expect-error: what JavaScript would let pass
    const error = await conf.set('spark.sql.ansi.enabled', unknown).catch((thrown: unknown) => thrown);
    expect(error).to.include({
      code: 'invalid-argument',
      message:
        "spark.sql.ansi.enabled is undefined, which is no setting: unset('spark.sql.ansi.enabled') goes back to its default",
    });
  });
});
