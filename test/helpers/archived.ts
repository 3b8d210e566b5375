import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import { isNothingThere } from '../../jobs/nothing-there.ts';
import { type Environment, storageSettings } from '../../settings/index.ts';
import { eventually } from './eventually.ts';

/** Waits until the archive holds so many readings, and no more. Asks Spark itself: what submit tells may come later. */
export async function archived(spark: SparkSession, environment: Environment, readings: number): Promise<void> {
  const { vitals } = storageSettings(environment);
  const count = async () => {
    try {
      return await spark.read.parquet(vitals).count();
    } catch (error) {
      // No batch has been archived yet.
      if (isNothingThere(error)) return 0;
      throw error;
    }
  };
  const found = await eventually(async () => {
    const rows = await count();
    return rows >= readings && rows;
  }, `${readings} readings to be archived`);
  expect(found).to.equal(readings);
}
