import { databaseError, openPool } from '../../database/index.ts';
import { databaseSettings, type Environment, kafkaTopic } from '../../settings/index.ts';
import type { JobStanding } from '../job.ts';
import { readAlertStatus, type UntoldNotification } from './alert-status.ts';
import { endPool } from './open-driver.ts';

/** What the database knows of the alerts of KAFKA_TOPIC, whoever makes them. */
export async function alertStanding(environment: Environment): Promise<JobStanding> {
  const database = databaseSettings(environment);
  const pool = openPool(database);
  try {
    const { counts, failed, overdue } = await readAlertStatus(pool, kafkaTopic(environment));
    const troubles = [
      ...failed.map((one) => line(one, `not told: ${one.reason}`)),
      ...overdue.map((one) =>
        line(one, `not told yet: ${one.reason || 'nobody has tried to; does vital-alerts run?'}`),
      ),
    ];
    return { counts, troubles };
  } catch (error) {
    throw databaseError(error, database);
  } finally {
    await endPool(pool);
  }
}

function line({ key, kind, since }: UntoldNotification, what: string): string {
  return `${since} UTC, ${kind}, ${what} (${key})`;
}
