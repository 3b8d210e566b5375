import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import { checkLimits, checkPatients, type RejectedRow } from './checked-rows.ts';

export type Attribute = 'heartBeat' | 'bp';
export type Severity = 'warning' | 'critical';

/** What a threshold row says about its episodes; what it leaves open is as the settings say. */
export interface LimitRules {
  readonly openAfter?: number;
  readonly recoverAfter?: number;
  readonly repeatIntervalMs?: number;
  readonly holdTimeMs?: number;
  /** Beats per minute or mmHg. */
  readonly hysteresis?: number;
}

/** One row of threshold_reference: the inclusive band that counts as normal for those whom it is meant for. */
export interface Limit {
  readonly attribute: Attribute;
  /** The only patient it is meant for; null for everyone of its ages. */
  readonly customerId: number | null;
  /** Years, inclusive on both ends. */
  readonly lowAge: number;
  readonly highAge: number;
  /** Beats per minute or mmHg, inclusive on both ends. */
  readonly lower: number;
  readonly upper: number;
  /** How bad it is to be outside of this band. */
  readonly severity: Severity;
  readonly message: string;
  /** Where the limit comes from: `course` and `news2` are demonstration presets. */
  readonly source: string;
  /** Absent where the row says nothing of its own. */
  readonly rules?: LimitRules;
}

/** A patient as far as alerts need one: no name, no address. */
export interface Patient {
  readonly customerId: number;
  /** Years. */
  readonly age: number;
  readonly ward: string;
  /** One mail address; empty where the row holds none that can be used. */
  readonly doctorEmail: string;
}

/** Limits and patients as they are in force, and the rows that are not. */
export interface Directory {
  readonly limits: readonly Limit[];
  readonly patients: readonly Patient[];
  readonly rejected: readonly RejectedRow[];
}

/** Reads limits and patients; rows that cannot be right are set aside and named, the others stay in force. */
export async function readDirectory(connection: Connection | Pool): Promise<Directory> {
  const [limits, patients] = await Promise.all([selectLimits(connection), selectPatients(connection)]);
  return {
    limits: limits.valid,
    patients: patients.valid,
    rejected: [...limits.rejected, ...patients.rejected],
  };
}

/** Changes when a row of the tables that {@link readDirectory} reads does: the server reads them all, but nothing is sent. */
export async function directoryChecksum(connection: Connection | Pool): Promise<string> {
  const [rows] = await connection.query<RowDataPacket[]>('CHECKSUM TABLE threshold_reference, patients_information');
  return JSON.stringify(rows);
}

/** Reads the limits in force, in the order of their ids, so that two reads of the same table agree. */
export async function readLimits(connection: Connection | Pool): Promise<readonly Limit[]> {
  return (await selectLimits(connection)).valid;
}

/** Reads the patients in force, in the order of their ids. The name stays in the database: nothing after it needs one. */
export async function readPatients(connection: Connection | Pool): Promise<readonly Patient[]> {
  return (await selectPatients(connection)).valid;
}

async function selectLimits(connection: Connection | Pool) {
  // All columns: tables that were made before rules could be given per row lack the columns for them.
  const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM threshold_reference ORDER BY id');
  return checkLimits(rows);
}

async function selectPatients(connection: Connection | Pool) {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT customerId, age, ward, doctor_email FROM patients_information ORDER BY customerId',
  );
  return checkPatients(rows);
}
