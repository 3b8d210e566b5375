import { randomBytes } from 'node:crypto';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { isNothingThere } from '../../../jobs/nothing-there.ts';
import { Hdfs } from '../../helpers/hdfs.ts';
import { openSession } from '../../helpers/jobs-surroundings.ts';

describe('reading a directory in which nothing is yet', () => {
  const folder = `/user/hadoop/instant-health/test-nothing-${randomBytes(4).toString('hex')}`;
  const hdfs = new Hdfs();
  let spark: SparkSession;

  before(async () => {
    spark = await openSession();
    await hdfs.makeDirectory(`${folder}/empty`);
    await hdfs.makeDirectory(`${folder}/sink/_spark_metadata`);
  });
  after(async () => {
    await spark.stop();
    await hdfs.remove(folder);
  });

  for (const [what, directory] of [
    ['is missing', 'missing'],
    ['is empty', 'empty'],
    ['has a sink’s log without a batch', 'sink'],
  ] as const) {
    it(`is told from other failures where it ${what}`, async () => {
      const error = await spark.read
        .parquet(`${folder}/${directory}`)
        .count()
        .catch((failure: unknown) => failure);
      expect(isNothingThere(error), String(error)).to.equal(true);
    });
  }

  it('is not confused with a query that is wrong', async () => {
    const error = await spark
      .range(1)
      .select('no_such_column')
      .collect()
      .catch((failure: unknown) => failure);
    expect(isNothingThere(error)).to.equal(false);
  });
});
