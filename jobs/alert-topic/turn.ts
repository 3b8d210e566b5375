import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { formatDuration, type Logger, OperatorError } from '../../settings/index.ts';

/** Its consumer group: by it Kafka knows who reads the topic, and how far. */
export function readersGroup(alertsTopic: string): string {
  return `instant-health-alerts-${alertsTopic}`;
}

/** Without a sign of life for so long a process counts as dead: the least that Kafka allows by default. */
export const SESSION_TIMEOUT_MS = 6_000;
/** So long one that is dead or ending is waited for. */
const OTHER_TIMEOUT_MS = 2 * SESSION_TIMEOUT_MS;
const LOOK_INTERVAL_MS = 500;
const REMINDER_MS = 60_000;

export interface TurnOptions {
  /** Waits for as long as it takes. */
  readonly standby: boolean;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Waits until no other process reads the alerts' topic, as Kafka knows it from their signs of life. Should two believe that
 * it is their turn, the database lets one of them write.
 *
 * @throws OperatorError `ALREADY_RUNNING`, exit code 2, unless it stands by
 */
export async function waitForReadersTurn(
  admin: Admin,
  groupId: string,
  { standby, log, signal }: TurnOptions,
): Promise<void> {
  const since = performance.now();
  let remindedAt: number | undefined;
  for (;;) {
    const { groups } = await admin.describeGroups([groupId]);
    const members = groups[0]?.members ?? [];
    if (members.length === 0) return;
    const waitedMs = performance.now() - since;
    if (!standby && waitedMs > OTHER_TIMEOUT_MS) {
      const hosts = members.map(({ clientHost }) => clientHost.replace(/^\//, '')).join(', ');
      throw new OperatorError('ALREADY_RUNNING', `alerts run is at work already (on ${hosts})`, {
        exitCode: 2,
        next: 'End it there, or wait for its turn with --standby.',
      });
    }
    if (remindedAt === undefined || waitedMs - remindedAt >= REMINDER_MS) {
      const waits = standby ? 'standing by' : 'waiting for its end';
      log.info(
        `another process reads the alerts' topic; ${waits}${waitedMs < 1_000 ? '' : ` for ${formatDuration(waitedMs)}`}`,
      );
      remindedAt = waitedMs;
    }
    await delay(LOOK_INTERVAL_MS, undefined, { signal });
  }
}
