import { expect } from 'chai';
import { databaseError, isTransient } from '../../../database/index.ts';
import { databaseSettings, OperatorError } from '../../../settings/index.ts';

const settings = databaseSettings({
  DATABASE_HOST: 'db.example.org',
  DATABASE_PASSWORD: 'hush',
  DATABASE_NAME: 'ward',
});
const driverError = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('databaseError', () => {
  for (const [driverCode, ourCode, names] of [
    ['ECONNREFUSED', 'DATABASE_UNREACHABLE', 'DATABASE_HOST'],
    ['ENOTFOUND', 'DATABASE_UNREACHABLE', 'DATABASE_HOST'],
    ['ER_ACCESS_DENIED_ERROR', 'DATABASE_ACCESS_DENIED', 'DATABASE_PASSWORD'],
    ['ER_BAD_DB_ERROR', 'DATABASE_UNKNOWN', 'DATABASE_NAME'],
    ['ER_DBACCESS_DENIED_ERROR', 'DATABASE_UNKNOWN', 'DATABASE_NAME'],
    ['HANDSHAKE_SSL_ERROR', 'DATABASE_TLS', 'DATABASE_CA'],
    ['HANDSHAKE_NO_SSL_SUPPORT', 'DATABASE_TLS', 'DATABASE_CA'],
    ['CERT_HAS_EXPIRED', 'DATABASE_TLS', 'DATABASE_CA'],
    ['ER_SECURE_TRANSPORT_REQUIRED', 'DATABASE_TLS', 'DATABASE_TLS'],
    ['ER_NO_SUCH_TABLE', 'DATABASE_SCHEMA', 'DATABASE_NAME'],
    ['ER_READ_ONLY_MODE', 'DATABASE_READ_ONLY', 'DATABASE_HOST'],
  ] as const) {
    it(`turns ${driverCode} into one line that points to ${names}`, () => {
      const cause = driverError(driverCode, `driver\nsays ${driverCode}`);
      const error = databaseError(cause, settings);
      expect(error).to.include({ code: ourCode, exitCode: 1, cause });
      expect(error.next).to.include(names);
      expect(error.message).to.include('db.example.org:3306').and.not.include('\n').and.not.include('hush');
    });
  }

  it('keeps an operator error as it is and wraps the unexpected', () => {
    const own = new OperatorError('X', 'x');
    expect(databaseError(own, settings)).to.equal(own);
    expect(databaseError(driverError('ER_PARSE_ERROR', 'near x'), settings)).to.include({ code: 'DATABASE_FAILED' });
  });

  it('tells what passes by itself from what does not', () => {
    const passing = [
      'ECONNREFUSED',
      'PROTOCOL_CONNECTION_LOST',
      'ECONNRESET',
      'ER_LOCK_DEADLOCK',
      'ER_CLIENT_INTERACTION_TIMEOUT',
      'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
      'ETIMEDOUT',
    ];
    const lasting = [
      'ER_ACCESS_DENIED_ERROR',
      'ER_NO_SUCH_TABLE',
      'ENOTFOUND',
      'HANDSHAKE_SSL_ERROR',
      'ER_PARSE_ERROR',
    ];
    for (const code of passing) expect(isTransient(driverError(code)), code).to.equal(true);
    for (const code of lasting) expect(isTransient(driverError(code)), code).to.equal(false);
    expect(isTransient(databaseError(driverError('ECONNREFUSED'), settings))).to.equal(true);
  });

  it('takes a server that has become a replica for one that passes, and no other option that is in the way', () => {
    const because = (option: string) =>
      driverError(
        'ER_OPTION_PREVENTS_STATEMENT',
        `The MariaDB server is running with the ${option} option so it cannot execute this statement`,
      );
    for (const option of ['--read-only', '--super-read-only']) {
      expect(isTransient(because(option))).to.equal(true);
      expect(databaseError(because(option), settings).code).to.equal('DATABASE_READ_ONLY');
    }
    expect(isTransient(because('--skip-grant-tables'))).to.equal(false);
  });
});
