import mysql, { type Connection, type ConnectionOptions, type Pool } from 'mysql2/promise';
import { type DatabaseSettings, readAuthority } from '../settings/index.ts';
import { databaseError } from './database-error.ts';
import { iamTokens } from './iam-tokens.ts';
import { rdsAuthorities } from './rds-authorities.ts';
import { leaveReadOnlyServers } from './read-only.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** TIMESTAMP columns are converted to the session's zone on the way out; ours is UTC on every machine. */
const SESSION_IN_UTC = "SET time_zone = '+00:00'";
/**
 * A process that is frozen or cut off within a transaction keeps its locks for as long as its connection lives, which is hours
 * by default. The server closes ours sooner, so that another driver need not wait for them.
 */
const GIVE_UP_SILENT_S = 8;

export interface ConnectOptions {
  /** Database to use instead of DATABASE_NAME; null for none, e.g. to create one. */
  readonly database?: string | null;
  /** BIGINT as text always (the default), or as a number wherever a number holds it exactly. */
  readonly bigIntegers?: 'text' | 'number-if-exact';
  /** Connections of a pool at most; 4 by default. */
  readonly connectionLimit?: number;
}

/**
 * Opens one connection. Values arrive exactly: BIGINT and DECIMAL as text, dates and timestamps as UTC text with
 * the column's own precision (`2026-01-05 08:00:00.000`).
 *
 * @throws OperatorError that names DATABASE_HOST, DATABASE_PASSWORD, DATABASE_NAME or DATABASE_CA
 */
export async function connect(settings: DatabaseSettings, options: ConnectOptions = {}): Promise<Connection> {
  try {
    const connection = await mysql.createConnection(driverOptions(settings, options));
    await connection.query(SESSION_IN_UTC);
    return connection;
  } catch (error) {
    throw databaseError(error, settings);
  }
}

/**
 * Opens a pool whose connections behave as those of {@link connect}. Nothing is connected yet: the first query is
 * what fails, with the driver's error, which `databaseError` translates.
 */
export function openPool(settings: DatabaseSettings, options: ConnectOptions = {}): Pool {
  const pool = mysql.createPool({
    ...driverOptions(settings, options),
    connectionLimit: options.connectionLimit ?? 4,
    enableKeepAlive: true,
  });
  // Queued before the first statement of whoever asked for the connection.
  pool.on('connection', (connection) => {
    connection.query(`${SESSION_IN_UTC}, wait_timeout = ${GIVE_UP_SILENT_S}, net_read_timeout = ${GIVE_UP_SILENT_S}`);
  });
  leaveReadOnlyServers(pool);
  return pool;
}

function driverOptions(settings: DatabaseSettings, options: ConnectOptions): ConnectionOptions {
  const database = options.database === undefined ? settings.database : options.database;
  return {
    host: settings.host,
    port: settings.port,
    user: settings.user,
    ...(settings.auth === 'iam'
      ? { authPlugins: { mysql_clear_password: iamTokens(settings) } }
      : { password: settings.password.reveal() }),
    ...(database === null ? {} : { database }),
    ...(settings.tls === 'off' ? {} : { ssl: tlsOptions(settings) }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: options.bigIntegers !== 'number-if-exact',
  };
}

function tlsOptions(settings: DatabaseSettings) {
  return {
    // The driver checks the chain by default but not the name in the certificate.
    verifyIdentity: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(settings.caFile === undefined ? {} : { ca: authorities(settings.caFile) }),
  };
}

function authorities(file: string): string | string[] {
  return file === 'rds' ? rdsAuthorities() : readAuthority('DATABASE_CA', file);
}
