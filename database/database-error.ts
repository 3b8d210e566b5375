import { awsError, codeOf, type DatabaseSettings, messageOf, OperatorError } from '../settings/index.ts';
import { isReadOnly } from './read-only.ts';

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
const CONNECTION_LOST = new Set([
  'PROTOCOL_CONNECTION_LOST',
  // The driver's word for a query that has not ended within its limit.
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  // A table was altered since the transaction began.
  'ER_TABLE_DEF_CHANGED',
  'ER_CONNECTION_KILLED',
  // MySQL 8's word for a connection that was idle for too long.
  'ER_CLIENT_INTERACTION_TIMEOUT',
]);
const ACCESS_DENIED = new Set(['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR']);

/** Whether trying again may help: the server is away, restarting or busy, not misconfigured. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(rootOf(error));
  // After a failover, until the name of the host leads to the server that writes now.
  if (isReadOnly(rootOf(error))) return true;
  if (CONNECTION_LOST.has(code) || (UNREACHABLE.has(code) && code !== 'ENOTFOUND')) return true;
  return /closed state|connection is closed|server closed the connection/i.test(messageOf(rootOf(error)));
}

/**
 * Turns an error of the driver into one line that names what was tried and the variable behind it. An error that is
 * an OperatorError already stays as it is.
 */
export function databaseError(error: unknown, settings: DatabaseSettings): OperatorError {
  if (error instanceof OperatorError) return error;
  const code = codeOf(error);
  const at = `${settings.host}:${settings.port}`;
  const make = (ourCode: string, message: string, next: string) =>
    new OperatorError(ourCode, message, { cause: error, next });
  if (UNREACHABLE.has(code)) {
    return make(
      'DATABASE_UNREACHABLE',
      `No database answers at ${at} (${code})`,
      'Check DATABASE_HOST and DATABASE_PORT, and that the server runs (`npm run stack -- status`).',
    );
  }
  if (code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
    return make(
      'DATABASE_SILENT',
      `The database at ${at} does not answer a query`,
      'Check that the server is not stuck, and the line to it.',
    );
  }
  if (ACCESS_DENIED.has(code)) {
    return make(
      'DATABASE_ACCESS_DENIED',
      `The database at ${at} refuses user ${settings.user}`,
      settings.auth === 'iam'
        ? 'Check that the user was made for IAM tokens (AWSAuthenticationPlugin), and the permission rds-db:connect.'
        : 'Check DATABASE_USER and DATABASE_PASSWORD.',
    );
  }
  if (isReadOnly(error)) {
    return make(
      'DATABASE_READ_ONLY',
      `The database at ${at} takes no changes: it is a replica, or has become one`,
      'Check that DATABASE_HOST names the server that writes. After a failover it may take some seconds to do so: try again.',
    );
  }
  // The driver passes on what the signer threw, under a code of its own.
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR') return awsError(error, `sign in to the database at ${at}`, undefined);
  if (code === 'ER_BAD_DB_ERROR' || code === 'ER_DBACCESS_DENIED_ERROR') {
    return make(
      'DATABASE_UNKNOWN',
      `User ${settings.user} finds no database ${settings.database} at ${at}`,
      'Check DATABASE_NAME and what the user may use.',
    );
  }
  if (code === 'ER_SECURE_TRANSPORT_REQUIRED') {
    return make('DATABASE_TLS', `The database at ${at} accepts TLS only`, 'Set DATABASE_TLS=required.');
  }
  if (isTlsFailure(error)) {
    return make(
      'DATABASE_TLS',
      `No trusted TLS connection to the database at ${at}: ${messageOf(error)}`,
      'Check DATABASE_CA: it names the PEM file of the authority that signed the certificate of DATABASE_HOST.',
    );
  }
  if (code === 'ER_NO_SUCH_TABLE' || code === 'ER_BAD_FIELD_ERROR') {
    return make(
      'DATABASE_SCHEMA',
      `Database ${settings.database} at ${at}: ${messageOf(error)}`,
      'Check DATABASE_NAME.',
    );
  }
  return new OperatorError('DATABASE_FAILED', `Database ${settings.database} at ${at}: ${messageOf(error)}`, {
    cause: error,
  });
}

function isTlsFailure(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code.startsWith('HANDSHAKE_') ||
    code.startsWith('ERR_TLS_') ||
    code.startsWith('ERR_SSL_') ||
    code.startsWith('CERT_') ||
    /certificate|self.signed|secure connection/i.test(messageOf(error))
  );
}

function rootOf(error: unknown): unknown {
  return error instanceof OperatorError && error.cause !== undefined ? error.cause : error;
}
