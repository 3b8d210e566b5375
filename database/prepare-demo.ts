import type { Connection, RowDataPacket } from 'mysql2/promise';
import { databaseSettings, type Environment, OperatorError } from '../settings/index.ts';
import { connect } from './connect.ts';
import { databaseError } from './database-error.ts';
import { DEMO_PATIENTS, demoLimits, type LimitsPreset } from './demo-patients.ts';
import { type DemoReadingsOptions, demoReadings, type RecordedReading } from './demo-readings.ts';
import { createTables } from './schema.ts';

const ROWS_PER_INSERT = 2_000;
const LOCK_WAIT_SECONDS = 30;
/** MySQL refuses longer names of locks. */
const LONGEST_LOCK_NAME = 64;

export interface PrepareDemoOptions {
  readonly preset?: LimitsPreset;
  readonly readings?: DemoReadingsOptions;
}

/** What was written; zeros where everything was there. */
export interface PreparedDemo {
  readonly patients: number;
  readonly limits: number;
  readonly readings: number;
}

/**
 * Makes DATABASE_NAME ready for a demonstration: the database, its tables, patients, limits and readings. A table
 * that has rows is left as it is, so it may be called again and by several processes at once.
 *
 * @throws OperatorError that names the variable behind the failure
 */
export async function prepareDemoDatabase(
  environment: Environment,
  options: PrepareDemoOptions = {},
): Promise<PreparedDemo> {
  const settings = databaseSettings(environment);
  const connection = await connect(settings, { database: null });
  try {
    await connection.query('CREATE DATABASE IF NOT EXISTS ?? DEFAULT CHARACTER SET utf8mb4', [settings.database]);
    await connection.changeUser({ database: settings.database });
    await connection.query("SET time_zone = '+00:00'");
    return await alone(connection, `demo ${settings.database}`.slice(0, LONGEST_LOCK_NAME), async () => {
      await createTables(connection);
      return await fillEmptyTables(connection, options);
    });
  } catch (error) {
    throw databaseError(error, settings);
  } finally {
    await connection.end();
  }
}

/** Replaces the demonstration limits of the connection's database by those of a preset; local limits stay. */
export async function usePreset(connection: Connection, preset: LimitsPreset): Promise<void> {
  await connection.beginTransaction();
  try {
    await connection.query("DELETE FROM threshold_reference WHERE source IN ('course', 'news2')");
    await insertLimits(connection, preset);
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  }
}

/** Appends readings, many in one statement. */
export async function insertReadings(connection: Connection, readings: readonly RecordedReading[]): Promise<void> {
  for (let start = 0; start < readings.length; start += ROWS_PER_INSERT) {
    const rows = readings
      .slice(start, start + ROWS_PER_INSERT)
      .map(({ customerId, heartBeat, bp, recordedAt }) => [customerId, heartBeat, bp, recordedAt]);
    await connection.query('INSERT INTO patients_vital_info (customerId, heartBeat, bp, recorded_at) VALUES ?', [rows]);
  }
}

async function fillEmptyTables(connection: Connection, options: PrepareDemoOptions): Promise<PreparedDemo> {
  // One transaction: an interrupted run leaves empty tables, never half-filled ones that look done.
  await connection.beginTransaction();
  try {
    const patients = (await isEmpty(connection, 'patients_information')) ? await insertPatients(connection) : 0;
    const limits = (await isEmpty(connection, 'threshold_reference'))
      ? await insertLimits(connection, options.preset ?? 'course')
      : 0;
    const rows = (await isEmpty(connection, 'patients_vital_info')) ? demoReadings(options.readings) : [];
    await insertReadings(connection, rows);
    await connection.commit();
    return { patients, limits, readings: rows.length };
  } catch (error) {
    await connection.rollback();
    throw error;
  }
}

async function isEmpty(connection: Connection, table: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT 1 FROM ?? LIMIT 1', [table]);
  return rows.length === 0;
}

async function insertPatients(connection: Connection): Promise<number> {
  const rows = DEMO_PATIENTS.map(({ customerId, name, age, ward, doctor, email }) => {
    return [customerId, name, age, ward, doctor, email];
  });
  await connection.query(
    'INSERT INTO patients_information (customerId, name, age, ward, doctor_name, doctor_email) VALUES ?',
    [rows],
  );
  return rows.length;
}

async function insertLimits(connection: Connection, preset: LimitsPreset): Promise<number> {
  const rows = demoLimits(preset).map((limit) => {
    const { attribute, customerId, lowAge, highAge, lower, upper, severity, message, source } = limit;
    return [attribute, customerId, lowAge, highAge, lower, upper, severity, message, source];
  });
  await connection.query(
    `INSERT INTO threshold_reference
       (attribute, customerId, low_age_limit, high_age_limit, lower_limit, upper_limit, severity, message, source)
     VALUES ?`,
    [rows],
  );
  return rows.length;
}

/** Holds a named lock of the server, so that of two processes only one fills the tables. */
async function alone<Result>(connection: Connection, name: string, act: () => Promise<Result>): Promise<Result> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT GET_LOCK(?, ?) AS held', [name, LOCK_WAIT_SECONDS]);
  if (Number(rows[0]?.held) !== 1) {
    throw new OperatorError('DATABASE_BUSY', `Another process has been preparing it for ${LOCK_WAIT_SECONDS} s`);
  }
  try {
    return await act();
  } finally {
    await connection.query('DO RELEASE_LOCK(?)', [name]);
  }
}
