import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { connect, databaseError, inTransaction, isTransient, openPool } from '../../../database/index.ts';
import { createLogger, databaseSettings, loadEnvironment, OperatorError } from '../../../settings/index.ts';

async function failure(overrides: Record<string, string>): Promise<OperatorError> {
  try {
    const connection = await connect(databaseSettings(loadEnvironment(overrides)));
    await connection.end();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('it connected');
}

describe('connect', () => {
  const settings = () => databaseSettings(loadEnvironment());

  it('speaks TLS 1.2 or newer, verified by DATABASE_CA', async () => {
    const connection = await connect(settings(), { database: null });
    try {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW STATUS LIKE 'Ssl_version'");
      expect(rows[0]?.Value).to.match(/^TLSv1\.[23]$/);
    } finally {
      await connection.end();
    }
  });

  for (const kind of ['connection', 'pool'] as const) {
    it(`gives exact numbers and UTC text (${kind})`, async () => {
      const source =
        kind === 'pool' ? openPool(settings(), { database: null }) : await connect(settings(), { database: null });
      try {
        const [rows] = await source.query<RowDataPacket[]>(
          `SELECT CAST(9007199254740993 AS SIGNED) AS big, CAST(0.10 AS DECIMAL(10,2)) AS exact,
                  FROM_UNIXTIME(1767600000.123) AS moment, @@session.time_zone AS zone`,
        );
        expect(rows[0]).to.include({ big: '9007199254740993', exact: '0.10', zone: '+00:00' });
        expect(rows[0]?.moment).to.match(/^2026-01-05 08:00:00\.123/);
      } finally {
        await source.end();
      }
    });
  }

  it('names DATABASE_HOST and DATABASE_PORT where nothing answers', async () => {
    const error = await failure({ DATABASE_HOST: '127.0.0.1', DATABASE_PORT: '1' });
    expect(error.code).to.equal('DATABASE_UNREACHABLE');
    expect(error.next).to.include('DATABASE_HOST and DATABASE_PORT');
  });

  it('names DATABASE_PASSWORD where it is wrong, and does not print it', async () => {
    const error = await failure({ DATABASE_PASSWORD: 'wrong-one' });
    expect(error.code).to.equal('DATABASE_ACCESS_DENIED');
    expect(error.next).to.include('DATABASE_PASSWORD');
    expect(error.message).to.not.include('wrong-one');
  });

  it('names DATABASE_NAME where there is no such database', async () => {
    expect(await failure({ DATABASE_NAME: 'health_test_not_there' })).to.include({ code: 'DATABASE_UNKNOWN' });
  });

  it('refuses a server whose certificate another authority signed', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'other-authority-'));
    try {
      const file = path.join(directory, 'other.pem');
      writeFileSync(file, rootCertificates[0] ?? '');
      const error = await failure({ DATABASE_CA: file });
      expect(error.code).to.equal('DATABASE_TLS');
      expect(error.next).to.include('DATABASE_CA');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('refuses a server that none of the system’s authorities vouches for', async () => {
    expect(await failure({ DATABASE_CA: '' })).to.include({ code: 'DATABASE_TLS' });
  });

  it('says that the file behind DATABASE_CA cannot be read', async () => {
    const error = await failure({ DATABASE_CA: '/nowhere/ca.pem' });
    expect(error).to.include({ code: 'DATABASE_CA_UNREADABLE', exitCode: 2 });
    expect(error.message).to.include('/nowhere/ca.pem');
  });

  it('leaves a server that writes no more, with all connections to it', async () => {
    const pool = openPool(settings(), { connectionLimit: 2 });
    const threadOf = async (source: Pick<PoolConnection, 'query'>) => {
      const [[row]] = await source.query<RowDataPacket[]>('SELECT CONNECTION_ID() AS thread');
      return String(row?.thread);
    };
    const write = () =>
      inTransaction(pool, (connection) => connection.query('CREATE TABLE IF NOT EXISTS read_only_test (id INT)'));
    try {
      const both = await Promise.all([pool.getConnection(), pool.getConnection()]);
      const before: string[] = [];
      for (const connection of both) {
        before.push(await threadOf(connection));
        await connection.query('SET SESSION TRANSACTION READ ONLY');
      }
      for (const connection of both) connection.release();
      const refused: unknown = await write().catch((error: unknown) => error);
      expect(isTransient(refused), String(refused)).to.equal(true);
      await write();
      const after = await Promise.all([threadOf(pool), threadOf(pool), threadOf(pool)]);
      expect(after.filter((thread) => before.includes(thread))).to.deep.equal([]);
      await pool.query('DROP TABLE read_only_test');
    } finally {
      await pool.end();
    }
  });

  it('logs what failed, and nothing of the values in the statement', async () => {
    const pool = openPool(settings());
    const lines: string[] = [];
    const log = createLogger({ name: 'test', json: true, destination: { write: (line) => lines.push(line) } });
    try {
      const error: unknown = await pool
        .query('INSERT INTO there_is_none (customerId, recipient) VALUES (?, ?)', [424_242, 'birch@ward-b.example.org'])
        .catch((failed: unknown) => failed);
      log.warn({ err: error }, 'not written');
      log.warn({ err: databaseError(error, settings()) }, 'not written');
    } finally {
      await pool.end();
    }
    expect(lines).to.have.lengthOf(2);
    expect(lines[0]).to.include('ER_NO_SUCH_TABLE').and.to.include('there_is_none');
    expect(lines.join('')).to.not.include('424242').and.not.include('birch@');
  });
});
