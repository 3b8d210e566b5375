import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';

export type Attribute = 'heartBeat' | 'bp';
export type Severity = 'warning' | 'critical';

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
}

/** A patient as far as alerts need one: no name, no address. */
export interface Patient {
  readonly customerId: number;
  /** Years. */
  readonly age: number;
  readonly ward: string;
  readonly doctorEmail: string;
}

/** Reads all limits, in the order of their ids, so that two reads of the same table agree. */
export async function readLimits(connection: Connection | Pool): Promise<readonly Limit[]> {
  const [rows] = await connection.query<(RowDataPacket & Limit)[]>(
    `SELECT attribute, customerId, low_age_limit AS lowAge, high_age_limit AS highAge,
            lower_limit AS \`lower\`, upper_limit AS \`upper\`, severity, message, source
       FROM threshold_reference ORDER BY id`,
  );
  return rows.map((row) => ({ ...row }));
}

/** Reads all patients, in the order of their ids. The name stays in the database: nothing after it needs one. */
export async function readPatients(connection: Connection | Pool): Promise<readonly Patient[]> {
  const [rows] = await connection.query<(RowDataPacket & Patient)[]>(
    'SELECT customerId, age, ward, doctor_email AS doctorEmail FROM patients_information ORDER BY customerId',
  );
  return rows.map((row) => ({ ...row }));
}
