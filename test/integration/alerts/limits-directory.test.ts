import { setTimeout as delay } from 'node:timers/promises';
import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import type { Pool } from 'mysql2/promise';
import { openPool, prepareDemoDatabase } from '../../../database/index.ts';
import { bandsInSpark } from '../../../jobs/alerts/bands-in-spark.ts';
import { LimitsDirectory } from '../../../jobs/alerts/limits-directory.ts';
import { createLogger } from '../../../settings/index.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { openSession } from '../../helpers/jobs-surroundings.ts';

describe('the directory of limits and patients', () => {
  let spark: SparkSession;
  let database: TestDatabase;
  let pool: Pool;

  before(async () => {
    [spark, database] = await Promise.all([openSession(), createTestDatabase('directory')]);
    await prepareDemoDatabase(database.environment, { readings: { count: 0 } });
    pool = openPool(database.settings);
  });

  after(async () => {
    await pool?.end();
    await Promise.all([spark?.stop(), database?.drop()]);
  });

  async function admit(...customerIds: number[]): Promise<void> {
    const patient = ['Demo Patient', 30, 'Ward A', 'Dr. Alder', 'alder@ward-a.example.org'];
    await database.connection.query(
      'INSERT INTO patients_information (customerId, name, age, ward, doctor_name, doctor_email) VALUES ?',
      [customerIds.map((customerId) => [customerId, ...patient])],
    );
  }

  const directoryOn = (connections: Pool) =>
    new LimitsDirectory(
      connections,
      database.settings,
      createLogger({ name: 'test', level: 'error' }),
      bandsInSpark(spark),
    );

  it('knows of one change right after another, however slowly a small hospital answers', async () => {
    const directory = directoryOn(slow(pool));
    await directory.refresh();
    for (const customerId of [71, 72, 73]) {
      await admit(customerId);
      const { index } = await directory.refresh();
      expect(index.patients.has(customerId), `patient ${customerId}`).to.equal(true);
    }
  });

  it('is read seldom where it is large, but at once for a patient whom it did not find', async () => {
    await admit(...Array.from({ length: 5_000 }, (_, index) => 1_000 + index));
    const directory = directoryOn(slow(pool));
    await directory.refresh();
    await admit(81);
    expect((await directory.refresh()).index.patients.has(81)).to.equal(false);
    expect((await directory.renew()).index.patients.has(81)).to.equal(true);
    expect((await directory.refresh()).index.patients.has(81)).to.equal(true);
  });
});

/** A database whose answers take their time, so that a change surely comes before the next look is due. */
function slow(pool: Pool): Pool {
  return new Proxy(pool, {
    get(target, property: keyof Pool) {
      const member: unknown = target[property];
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        await delay(100);
        return await member.apply(target, args);
      };
    },
  });
}
