import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { connect, createTables } from '../../database/index.ts';
import { type DatabaseSettings, databaseSettings, type Environment, loadEnvironment } from '../../settings/index.ts';

/** A database of the test's own on the running stack. */
export interface TestDatabase {
  readonly name: string;
  /** The whole environment, with DATABASE_NAME pointing to this database. */
  readonly environment: Environment;
  readonly settings: DatabaseSettings;
  readonly connection: Connection;
  /** Opens another connection to it; whoever asked closes it. */
  connect(): Promise<Connection>;
  /** Drops the database and closes the connection. */
  drop(): Promise<void>;
}

/** A name that no other test run has, and that the stack's user may create. */
export function testDatabaseName(purpose: string): string {
  return `health_test_${purpose}_${randomBytes(4).toString('hex')}`;
}

/**
 * Creates an empty database with our tables.
 *
 * @param purpose letters and digits, becomes part of the name
 * @throws OperatorError that names DATABASE_HOST and the command to start the stack, where none runs
 */
export async function createTestDatabase(purpose: string): Promise<TestDatabase> {
  const name = testDatabaseName(purpose);
  const environment = loadEnvironment({ DATABASE_NAME: name });
  const settings = databaseSettings(environment);
  const connection = await connect(settings, { database: null });
  await connection.query('CREATE DATABASE ?? DEFAULT CHARACTER SET utf8mb4', [name]);
  await connection.query('USE ??', [name]);
  await createTables(connection);
  const drop = async () => {
    await connection.query('DROP DATABASE ??', [name]);
    await connection.end();
  };
  return { name, environment, settings, connection, connect: () => connect(settings), drop };
}
