import { expect } from 'chai';
import { requireFeatures } from '../../../src/client/server-features.ts';
import { col, functions as F, lit, SparkConnectError } from '../../../src/index.ts';
import { planSession } from '../../helpers/plans.ts';

describe('what older servers lack', () => {
  const spark = planSession();
  const one = spark.range(1);

  it('is refused with the version that has it, however deep it is in the plan', () => {
    const cases = [
      [one.transpose(), 'transpose', '4.0'],
      [one.select(F.coalesce(col('id').tryCast('int'), lit(1))), 'tryCast', '4.0'],
      [one.filter(one.exists()).limit(1).union(one), 'a subquery (scalar, exists, isin, asTable)', '4.0'],
      [one.select(F.upper(F.quote(col('id')))), 'the function quote', '4.1'],
      [one.repartitionById(2, 'id'), 'repartitionById', '4.1'],
      [spark.createDataFrame([[null]], 'a ARRAY<TIME>'), 'TIME', '4.1'],
      [one.crossJoin(spark.createDataFrame([], 'v VARIANT')), 'VARIANT', '4.0'],
      [spark.createDataFrame([['x']], 's STRING COLLATE UNICODE'), 'a collation', '4.0'],
      [spark.createDataFrame([[null]], 'm MAP<STRING, STRUCT<g: GEOMETRY(0)>>'), 'GEOMETRY', '4.1'],
    ] as const;
    for (const [frame, name, since] of cases) {
      expect(() => requireFeatures(frame.toPlan(), '3.5.7'), name).to.throw(
        SparkConnectError,
        `${name} exists from Spark ${since} on; this server has 3.5.7`,
      );
      expect(() => requireFeatures(frame.toPlan(), '4.1.1'), name).not.to.throw();
    }
    const quote = cases[3];
    expect(() => requireFeatures(quote[0].toPlan(), '4.0.2')).to.throw(SparkConnectError, 'from Spark 4.1 on');
    expect(() => requireFeatures(one.transpose().toPlan(), '4.0.2')).not.to.throw();
  });

  it('leaves alone what every server has', () => {
    const frame = one.select(col('id').cast('int'), F.upper('id')).groupBy('id').count();
    expect(() => requireFeatures(frame.toPlan(), '3.5.7')).not.to.throw();
    const rows = spark.createDataFrame([['x', [null]]], 'variant STRING, time ARRAY<VOID>');
    expect(() => requireFeatures(rows.toPlan(), '3.5.7')).not.to.throw();
  });
});
