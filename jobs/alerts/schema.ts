import type { Connection } from 'mysql2/promise';

/**
 * The tables of the alerts, all per topic, so that several topics can share a database. Times are UTC. Nothing here holds
 * a patient's name; an address only where a mail waits for it or went to it.
 */
const TABLES = [
  // Who may write: the driver with the newest epoch.
  `CREATE TABLE IF NOT EXISTS alert_leader (
     topic  VARCHAR(249) NOT NULL PRIMARY KEY,
     epoch  BIGINT       NOT NULL,
     holder VARCHAR(120) NOT NULL,
     since  DATETIME(3)  NOT NULL
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS alert_progress (
     topic       VARCHAR(249) NOT NULL,
     \`partition\` INT          NOT NULL,
     next_offset BIGINT       NOT NULL,
     newest_at   DATETIME(3)  NOT NULL,
     PRIMARY KEY (topic, \`partition\`)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // active is 1 while pending or open and null afterwards, so that the key allows one of a kind at a time.
  `CREATE TABLE IF NOT EXISTS alert_episode (
     id             CHAR(32)     NOT NULL PRIMARY KEY,
     topic          VARCHAR(249) NOT NULL,
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
     recent         TEXT         NOT NULL,
     UNIQUE KEY one_active (topic, customerId, attribute, direction, active),
     INDEX active_of_topic (topic, active),
     INDEX episodes_of_patient (customerId, began_at)
   ) DEFAULT CHARACTER SET utf8mb4`,
  // One row for each notification; those of one mail have one mail_id, from the first attempt on.
  `CREATE TABLE IF NOT EXISTS alert_outbox (
     id               BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
     notification_key VARCHAR(80)  NOT NULL UNIQUE,
     topic            VARCHAR(249) NOT NULL,
     episode_id       CHAR(32)     NULL,
     customerId       INT          NULL,
     kind             VARCHAR(20)  NOT NULL,
     severity         ENUM('warning', 'critical') NOT NULL,
     recipient        VARCHAR(254) NOT NULL,
     content          TEXT         NOT NULL,
     state            ENUM('pending', 'sending', 'sent', 'failed') NOT NULL DEFAULT 'pending',
     mail_id          VARCHAR(80)  NULL,
     attempts         INT          NOT NULL DEFAULT 0,
     not_before       DATETIME(3)  NOT NULL,
     lease_owner      CHAR(36)     NULL,
     lease_until      DATETIME(3)  NULL,
     last_error       VARCHAR(255) NULL,
     created_at       DATETIME(3)  NOT NULL,
     sent_at          DATETIME(3)  NULL,
     INDEX waiting (topic, state, not_before),
     INDEX mails_of_recipient (recipient, sent_at),
     INDEX notifications_of_episode (episode_id),
     INDEX rows_of_mail (mail_id)
   ) DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS alert_patient (
     topic        VARCHAR(249) NOT NULL,
     customerId   INT          NOT NULL,
     last_seen_at DATETIME(3)  NOT NULL,
     silent_since DATETIME(3)  NULL,
     PRIMARY KEY (topic, customerId)
   ) DEFAULT CHARACTER SET utf8mb4`,
] as const;

/** Creates the alerts' tables that are missing; existing ones are left alone. */
export async function createAlertTables(connection: Pick<Connection, 'query'>): Promise<void> {
  for (const statement of TABLES) await connection.query(statement);
}
