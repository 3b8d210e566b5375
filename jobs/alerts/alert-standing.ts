import { databaseError, openPool } from '../../database/index.ts';
import { databaseSettings, type Environment, kafkaTopic } from '../../settings/index.ts';
import type { JobStanding } from '../job.ts';
import { readAlertStatus } from './alert-status.ts';
import { endPool } from './open-driver.ts';

/** What the database knows of the alerts of KAFKA_TOPIC, whoever makes them. */
export async function alertStanding(environment: Environment): Promise<JobStanding> {
  const database = databaseSettings(environment);
  const pool = openPool(database);
  try {
    const { counts, failed } = await readAlertStatus(pool, kafkaTopic(environment));
    const troubles = failed.map(
      ({ key, kind, reason, since }) => `${since} UTC, ${kind}, not told: ${reason} (${key})`,
    );
    return { counts, troubles };
  } catch (error) {
    throw databaseError(error, database);
  } finally {
    await endPool(pool);
  }
}
