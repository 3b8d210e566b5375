import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise';
import { insist } from './patience.ts';
import { type VitalsRow, vitals, type Ward, type WardPatient } from './readings.ts';

const ROWS_AT_ONCE = 8;
const PAUSE_MS = 200;
const LATE_MS = 1_500;
const INSERT = 'INSERT INTO patients_vital_info (customerId, heartBeat, bp) VALUES ?';

/** Puts the rows of one run into the table, at its own pace. */
export class RowWriter {
  /** Rows that are in the table. */
  rows = 0;
  readonly #pool: Pool;
  readonly #ward: Ward;
  readonly #signal: AbortSignal;

  constructor(pool: Pool, ward: Ward, signal: AbortSignal) {
    this.#pool = pool;
    this.#ward = ward;
    this.#signal = signal;
  }

  /** The run's people must be known before their first reading. */
  async admitPatients(): Promise<void> {
    const { patients, probe, late } = this.#ward;
    const rows = [...patients, probe, late].map(({ customerId, age, ward, doctorEmail }: WardPatient) => {
      return [customerId, `Patient ${customerId}`, age, ward, 'Dr. Fault', doctorEmail];
    });
    const insert = `INSERT IGNORE INTO patients_information
      (customerId, name, age, ward, doctor_name, doctor_email) VALUES ?`;
    await insist(() => this.#pool.query(insert, [rows]), { signal: this.#signal });
  }

  /** Writes so many rows, and on until nobody needs more. A row whose insert failed without an answer may be there twice. */
  async write(seed: number, atLeast: number, isOver: () => boolean): Promise<void> {
    const rows = vitals(this.#ward, seed);
    while (this.rows < atLeast || !isOver()) {
      const piece = Array.from({ length: ROWS_AT_ONCE }, () => rows.next().value);
      await this.insert(piece);
      this.rows += piece.length;
      await delay(PAUSE_MS, undefined, { signal: this.#signal });
    }
  }

  async insert(rows: readonly VitalsRow[]): Promise<void> {
    const values = rows.map(({ customerId, heartBeat, bp }) => [customerId, heartBeat, bp]);
    await insist(() => this.#pool.query(INSERT, [values]), { signal: this.#signal });
  }

  /** One row whose id is older than its commit, and an id that nobody ever gets. */
  async writeLate(): Promise<void> {
    const { customerId } = this.#ward.late;
    let connection: PoolConnection | undefined;
    try {
      connection = await this.#pool.getConnection();
      await connection.beginTransaction();
      await connection.query(INSERT, [[[customerId, 70, 150]]]);
      await connection.rollback();
      await connection.beginTransaction();
      await connection.query<ResultSetHeader>(INSERT, [[[customerId, 71, 151]]]);
      await delay(LATE_MS, undefined, { signal: this.#signal });
      await connection.commit();
      connection.release();
    } catch {
      // The database was away: then the row is there or not, and the table says which.
      connection?.destroy();
      this.#signal.throwIfAborted();
    }
  }
}
