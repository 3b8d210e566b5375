import type { Connection, RowDataPacket } from 'mysql2/promise';
import { codeOf } from '../settings/index.ts';

/**
 * The tables, in the order of their creation. Readings have no foreign key to patients on purpose: a reading of an
 * unknown patient must reach the pipeline and be reported there, not vanish at an insert.
 */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS patients_information (
     customerId   INT          NOT NULL PRIMARY KEY,
     name         VARCHAR(120) NOT NULL,
     age          INT          NOT NULL,
     ward         VARCHAR(60)  NOT NULL,
     doctor_name  VARCHAR(120) NOT NULL,
     doctor_email VARCHAR(254) NOT NULL,
     CONSTRAINT patients_age CHECK (age BETWEEN 0 AND 150),
     CONSTRAINT patients_doctor_email CHECK (doctor_email LIKE '%_@_%')
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS patients_vital_info (
     id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
     customerId  INT          NULL,
     heartBeat   INT          NULL,
     bp          INT          NULL,
     recorded_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
     INDEX vitals_of_patient (customerId, recorded_at)
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS threshold_reference (
     id             INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     attribute      ENUM('heartBeat', 'bp') NOT NULL,
     customerId     INT NULL,
     low_age_limit  INT NOT NULL,
     high_age_limit INT NOT NULL,
     lower_limit    INT NOT NULL,
     upper_limit    INT NOT NULL,
     severity       ENUM('warning', 'critical') NOT NULL DEFAULT 'warning',
     message        VARCHAR(255) NOT NULL,
     source         VARCHAR(40)  NOT NULL DEFAULT 'local',
     open_after        INT NULL,
     recover_after     INT NULL,
     repeat_interval_s INT NULL,
     hold_s            INT NULL,
     hysteresis        INT NULL,
     INDEX limits_of_attribute (attribute, customerId),
     CONSTRAINT limits_patient FOREIGN KEY (customerId) REFERENCES patients_information (customerId) ON DELETE CASCADE,
     CONSTRAINT limits_ages CHECK (low_age_limit <= high_age_limit),
     CONSTRAINT limits_band CHECK (lower_limit <= upper_limit)
   ) DEFAULT CHARACTER SET utf8mb4`,
] as const;

/** What a threshold row may say about its episodes came later than the table. */
const RULE_COLUMNS = {
  open_after: 'INT NULL',
  recover_after: 'INT NULL',
  repeat_interval_s: 'INT NULL',
  hold_s: 'INT NULL',
  hysteresis: 'INT NULL',
} as const;

/** Creates the tables that are missing in the connection's database, and adds columns that are missing in older ones. */
export async function createTables(connection: Connection): Promise<void> {
  for (const statement of TABLES) await connection.query(statement);
  await addMissingColumns(connection, 'threshold_reference', RULE_COLUMNS);
}

/**
 * Adds columns that a table lacks. The catalogue is asked first: MySQL has no ADD COLUMN IF NOT EXISTS.
 *
 * @param columns definitions by name
 */
export async function addMissingColumns(
  connection: Pick<Connection, 'query'>,
  table: string,
  columns: Readonly<Record<string, string>>,
): Promise<void> {
  const [rows] = await connection.query<(RowDataPacket & { name: string })[]>(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
    [table],
  );
  const present = new Set(rows.map(({ name }) => name.toLowerCase()));
  const missing = Object.entries(columns).filter(([name]) => !present.has(name));
  if (missing.length === 0) return;
  const additions = missing.map(([name, definition]) => `ADD COLUMN ${name} ${definition}`).join(', ');
  await connection.query(`ALTER TABLE ?? ${additions}`, [table]).catch((error: unknown) => {
    // Another process was faster.
    if (codeOf(error) !== 'ER_DUP_FIELDNAME') throw error;
  });
}
