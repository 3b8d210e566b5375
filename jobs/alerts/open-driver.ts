import type { Pool } from 'mysql2/promise';
import { openPool } from '../../database/index.ts';
import {
  alertLinkSettings,
  alertSettings,
  databaseSettings,
  type Environment,
  kafkaTopic,
  type Logger,
  OperatorError,
  smtpSettings,
} from '../../settings/index.ts';
import { AlertDriver, type AlertDriverOptions } from './alert-driver.ts';
import { Mailer } from './mailer.ts';

type OpenOptions<Bands> = Pick<AlertDriverOptions<Bands>, 'log' | 'report' | 'query' | 'bandsOf' | 'isBehind'> & {
  readonly environment: Environment;
};

/** A driver with what it needs in this process: connections to the database and to the mail server. */
export interface OpenDriver<Bands> {
  readonly driver: AlertDriver<Bands>;
  /** Finishes the mails in hand, and closes the connections. */
  close(): Promise<void>;
}

/**
 * Makes a driver for the alerts of KAFKA_TOPIC, and looks whether its database and its mail server can be used.
 *
 * @throws OperatorError that names the setting which is missing or wrong
 */
export async function openDriver<Bands>({ environment, ...options }: OpenOptions<Bands>): Promise<OpenDriver<Bands>> {
  const database = databaseSettings(environment);
  const smtp = smtpSettings(environment);
  const acknowledgeLink = alertLinkSettings(environment);
  const settings = alertSettings(environment);
  const topic = kafkaTopic(environment);
  const mailer = new Mailer(smtp);
  const pool = openPool(database);
  const driver = new AlertDriver({ ...options, pool, database, topic, settings, mailer, smtp, acknowledgeLink });
  const close = async () => {
    await driver.stop();
    mailer.close();
    await endPool(pool);
  };
  try {
    await Promise.all([driver.checkDirectory(), requireMailSettings(mailer, options.log)]);
    return { driver, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A connection that is still being made may fail meanwhile; why, another error tells. */
export async function endPool(pool: Pool): Promise<void> {
  await pool.end().catch(() => {});
}

/** A mail server that is away does not keep alerts from being written down; one that will never take ours does. */
async function requireMailSettings(mailer: Mailer, log: Logger): Promise<void> {
  try {
    await mailer.verify();
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'SMTP_UNREACHABLE') throw error;
    log.warn(`${error.message}; mails wait in the outbox until it does. ${error.next ?? ''}`);
  }
}
