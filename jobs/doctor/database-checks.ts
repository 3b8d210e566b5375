import type { Connection, RowDataPacket } from 'mysql2/promise';
import { connect, databaseError } from '../../database/index.ts';
import { type DatabaseSettings, databaseSettings, type Environment, OperatorError } from '../../settings/index.ts';
import { Attempt } from './attempt.ts';
import { type Check, checksOf, type ServiceChecks } from './check.ts';
import { lineChecks } from './line.ts';

const LIMIT_MS = 15_000;
const link = 'database';
const check = checksOf({ link, from: 'here', limitMs: LIMIT_MS });

const TLS_FAILURES = new Set(['DATABASE_TLS', 'DATABASE_CA_UNREADABLE']);

/** What the jobs and the producer read; `vital-alerts` makes its own tables. */
const TABLES = {
  patients_vital_info: 'customerId, heartBeat, bp',
  patients_information: 'customerId, name, age, ward, doctor_name, doctor_email',
  threshold_reference:
    'attribute, customerId, low_age_limit, high_age_limit, lower_limit, upper_limit, severity, message',
} as const;

/** From here to MySQL: settings, name, port, TLS, login, tables. */
export function databaseChecks(
  environment: () => Environment,
  after: readonly Check[],
): ServiceChecks<DatabaseSettings> {
  const found = () => databaseSettings(environment());
  const settings = check('settings', {
    after,
    next: 'Set the variables in the environment or in .env.',
    run: async () => {
      const { user, host, port, database, tls } = found();
      return `${user}@${host}:${port}/${database}, TLS ${tls}`;
    },
  });
  const { dns, port } = lineChecks({
    link,
    setting: 'DATABASE_HOST and DATABASE_PORT',
    after: [settings],
    addresses: () => [found()],
  });
  const attempt = new Attempt(() => connect(found()));
  const tls = check('tls', {
    after: [port],
    next: 'Check DATABASE_CA and DATABASE_TLS.',
    run: async () => {
      // A refused login comes after the handshake: it is the next check's.
      const failure = await attempt.failure();
      if (failure instanceof OperatorError && TLS_FAILURES.has(failure.code)) throw failure;
      if (found().tls === 'off') return 'none, on this machine only (DATABASE_TLS=off)';
      return `trusted by ${found().caFile ?? "the system's authorities"}`;
    },
  });
  const login = check('login', {
    after: [tls],
    next: 'Check DATABASE_USER and DATABASE_PASSWORD.',
    run: async () => {
      const [[row]] = await (await attempt.get()).query<(RowDataPacket & { version: string })[]>(
        'SELECT VERSION() AS version',
      );
      return `as ${found().user}, server ${row?.version}`;
    },
  });
  const tables = check('tables', {
    after: [login],
    next: 'Check DATABASE_NAME, and that the user may read the tables.',
    run: async () => described(await attempt.get(), found()),
  });
  return {
    checks: [settings, dns, port, tls, login, tables],
    settings,
    found,
    close: () => attempt.release((connection) => connection.destroy()),
  };
}

async function described(connection: Connection, settings: DatabaseSettings): Promise<string> {
  const count = async (table: string) => {
    const [[row]] = await connection.query<(RowDataPacket & { rows: string })[]>(
      `SELECT COUNT(*) AS \`rows\` FROM ${table}`,
    );
    return Number(row?.rows ?? 0);
  };
  try {
    for (const [table, columns] of Object.entries(TABLES))
      await connection.query(`SELECT ${columns} FROM ${table} LIMIT 1`);
    const [patients, limits] = [await count('patients_information'), await count('threshold_reference')];
    if (patients > 0 && limits > 0) return `${patients} patients, ${limits} limits`;
    throw new OperatorError('DATABASE_EMPTY', `${patients} patients and ${limits} limits: no alert would ever open`, {
      next: 'Fill patients_information and threshold_reference.',
    });
  } catch (error) {
    throw databaseError(error, settings);
  }
}
