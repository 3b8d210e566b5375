import type { Connection, RowDataPacket } from 'mysql2/promise';
import { addMissingColumns } from '../../database/index.ts';

/** Kafka tells topics apart that differ in case only; by the collations that databases come with they would be one. */
const TOPIC = 'VARCHAR(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL';
const OUTBOX_STATES = "ENUM('pending', 'sending', 'sent', 'failed', 'silenced') NOT NULL DEFAULT 'pending'";

/**
 * The tables of the alerts, all per topic, so that several topics can share a database. Times are UTC. Nothing here holds
 * a patient's name; an address only where a mail waits for it or went to it.
 */
const TABLES = [
  // Who may write: the driver with the newest epoch; and how many measurements it has found no limits for.
  `CREATE TABLE IF NOT EXISTS alert_leader (
     topic  ${TOPIC} PRIMARY KEY,
     epoch  BIGINT       NOT NULL,
     holder VARCHAR(120) NOT NULL,
     since  DATETIME(3)  NOT NULL,
     without_limits BIGINT NOT NULL DEFAULT 0
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS alert_progress (
     topic       ${TOPIC},
     \`partition\` INT          NOT NULL,
     next_offset BIGINT       NOT NULL,
     newest_at   DATETIME(3)  NOT NULL,
     PRIMARY KEY (topic, \`partition\`)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // active is 1 while pending or open and null afterwards, so that the key allows one of a kind at a time.
  `CREATE TABLE IF NOT EXISTS alert_episode (
     id             CHAR(32)     NOT NULL PRIMARY KEY,
     topic          ${TOPIC},
     customerId     INT          NOT NULL,
     attribute      VARCHAR(20)  NOT NULL,
     direction      ENUM('low', 'high') NOT NULL,
     phase          ENUM('pending', 'open', 'ended') NOT NULL,
     active         TINYINT      NULL,
     severity       ENUM('warning', 'critical') NOT NULL,
     worst_value    INT          NOT NULL,
     lower_limit    INT          NOT NULL,
     upper_limit    INT          NOT NULL,
     message        VARCHAR(255) NOT NULL,
     source         VARCHAR(40)  NOT NULL,
     began_at       DATETIME(3)  NOT NULL,
     opened_at      DATETIME(3)  NULL,
     ended_at       DATETIME(3)  NULL,
     last_at        DATETIME(3)  NOT NULL,
     last_out_at    DATETIME(3)  NOT NULL,
     notified_at    DATETIME(3)  NULL,
     breaches       INT          NOT NULL,
     inside_in_a_row INT         NOT NULL,
     reminders      INT          NOT NULL,
     acknowledged_at DATETIME(3) NULL,
     recent         TEXT         NOT NULL,
     UNIQUE KEY one_active (topic, customerId, attribute, direction, active),
     INDEX active_of_topic (topic, active),
     INDEX episodes_of_patient (customerId, began_at)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // One row for each notification; those of one mail have one mail_id, from the first attempt on.
  `CREATE TABLE IF NOT EXISTS alert_outbox (
     id               BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
     notification_key VARCHAR(80)  NOT NULL UNIQUE,
     topic            ${TOPIC},
     episode_id       CHAR(32)     NULL,
     customerId       INT          NULL,
     kind             VARCHAR(20)  NOT NULL,
     severity         ENUM('warning', 'critical') NOT NULL,
     recipient        VARCHAR(254) NOT NULL,
     content          TEXT         NOT NULL,
     state            ${OUTBOX_STATES},
     mail_id          VARCHAR(80)  NULL,
     attempts         INT          NOT NULL DEFAULT 0,
     not_before       DATETIME(3)  NOT NULL,
     lease_owner      CHAR(36)     NULL,
     lease_until      DATETIME(3)  NULL,
     last_error       VARCHAR(255) NULL,
     silence_id       BIGINT       NULL,
     created_at       DATETIME(3)  NOT NULL,
     sent_at          DATETIME(3)  NULL,
     INDEX waiting (topic, state, not_before),
     INDEX mails_of_recipient (recipient, sent_at),
     INDEX notifications_of_episode (episode_id),
     INDEX rows_of_mail (mail_id)
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS alert_patient (
     topic        ${TOPIC},
     customerId   INT          NOT NULL,
     last_seen_at DATETIME(3)  NOT NULL,
     silent_since DATETIME(3)  NULL,
     PRIMARY KEY (topic, customerId)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // How often people have acted: a batch that was judged before the last act is judged again.
  `CREATE TABLE IF NOT EXISTS alert_desk (
     topic ${TOPIC} PRIMARY KEY,
     acts  BIGINT       NOT NULL
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS alert_silence (
     id                BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
     topic             ${TOPIC},
     customerId        INT          NOT NULL,
     attribute         VARCHAR(20)  NULL,
     includes_critical TINYINT      NOT NULL,
     until_at          DATETIME(3)  NOT NULL,
     created_at        DATETIME(3)  NOT NULL,
     ended_at          DATETIME(3)  NULL,
     INDEX silences_in_force (topic, ended_at)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // Who did what, and why. Rows are only ever added.
  `CREATE TABLE IF NOT EXISTS alert_act (
     id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
     topic      ${TOPIC},
     act        VARCHAR(20)  NOT NULL,
     episode_id CHAR(32)     NULL,
     silence_id BIGINT       NULL,
     customerId INT          NOT NULL,
     attribute  VARCHAR(20)  NULL,
     by_whom    VARCHAR(254) NOT NULL,
     via        ENUM('command', 'link', 'driver') NOT NULL,
     reason     VARCHAR(255) NULL,
     at         DATETIME(3)  NOT NULL,
     INDEX acts_of_episode (episode_id),
     INDEX acts_of_silence (silence_id),
     INDEX acts_of_topic (topic, at)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // The notification whose link was used: each is good for one time.
  `CREATE TABLE IF NOT EXISTS alert_link_use (
     outbox_id BIGINT      NOT NULL PRIMARY KEY,
     used_at   DATETIME(3) NOT NULL
   ) DEFAULT CHARACTER SET utf8mb4`,
] as const;

/**
 * Creates the alerts' tables that are missing, and adds what older ones lack. The catalogue is asked first: where nothing is missing no
 * right to create or alter is needed, and whoever answers links from outside should have none.
 */
export async function createAlertTables(connection: Pick<Connection, 'query'>): Promise<void> {
  const [rows] = await connection.query<(RowDataPacket & { name: string })[]>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  const present = new Set(rows.map(({ name }) => name));
  for (const statement of TABLES) if (!present.has(nameOf(statement))) await connection.query(statement);
  await addMissingColumns(connection, 'alert_leader', { without_limits: 'BIGINT NOT NULL DEFAULT 0' });
  await addMissingColumns(connection, 'alert_episode', { acknowledged_at: 'DATETIME(3) NULL' });
  await addMissingColumns(connection, 'alert_outbox', { silence_id: 'BIGINT NULL' });
  await allowSilencedState(connection);
  await tellTopicsApart(connection);
}

async function tellTopicsApart(connection: Pick<Connection, 'query'>): Promise<void> {
  const [rows] = await connection.query<(RowDataPacket & { name: string })[]>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name LIKE 'alert\\_%' AND column_name = 'topic'
        AND collation_name <> 'utf8mb4_bin'`,
  );
  const ours = new Set(TABLES.map(nameOf));
  for (const { name } of rows.filter((row) => ours.has(row.name))) {
    await connection.query(`ALTER TABLE ?? MODIFY COLUMN topic ${TOPIC}`, [name]);
  }
}

async function allowSilencedState(connection: Pick<Connection, 'query'>): Promise<void> {
  const [rows] = await connection.query<(RowDataPacket & { type: string })[]>(
    `SELECT column_type AS type FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = 'alert_outbox' AND column_name = 'state'`,
  );
  if (rows[0]?.type.includes("'silenced'")) return;
  await connection.query(`ALTER TABLE alert_outbox MODIFY COLUMN state ${OUTBOX_STATES}`);
}

function nameOf(statement: string): string {
  return /EXISTS (\w+)/.exec(statement)?.[1] ?? '';
}
