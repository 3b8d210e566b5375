import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { isTransient } from '../../database/index.ts';
import { kafkaClient, kafkaError, RETRY, RETRY_TO_OPEN, within } from '../../producer/index.ts';
import {
  codeOf,
  type Environment,
  formatDuration,
  type KafkaSettings,
  kafkaSettings,
  type Logger,
  messageOf,
} from '../../settings/index.ts';
import { backOffMs } from '../alerts/back-off.ts';
import { bandsFingerprint } from '../alerts/limits-directory.ts';
import { openDriver } from '../alerts/open-driver.ts';
import type { Health } from '../health/health.ts';
import { ensureAlertsTopic } from './alerts-topic.ts';
import { Attention } from './attention.ts';
import { Gather } from './gather.ts';
import type { JudgedReading } from './judged-reading.ts';
import { requireComplete } from './position-check.ts';
import { type AlertsProgress, ProgressSum } from './progress-lines.ts';
import { sortOutJudged } from './sort-out-judged.ts';
import { TopicReader } from './topic-reader.ts';
import { readersGroup, waitForReadersTurn } from './turn.ts';

export interface RunOptions {
  readonly environment: Environment;
  /** Waits while another process does it, and does it when that one has died. */
  readonly standby: boolean;
  readonly tell: (progress: AlertsProgress) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly health?: Health | undefined;
}

const CLIENT = 'instant-health-alerts';
const TELL_EVERY_MS = 1_000;
const FAREWELL_LIMIT_MS = 2_000;
const DRAIN_LIMIT_MS = 15_000;
/** So long wait readings that tell of nothing: a transaction for each would keep the others waiting. */
const LINGER_MS = 100;
const MESSAGES_IN_HAND = 20_000;
/** With so many messages behind it, a batch is one of those that make up for an outage. */
const BEHIND_MESSAGES = 5_000;
/** Somebody else does it now, or what it needs is away for a while. */
const PASSING = new Set(['FENCED', 'ALREADY_RUNNING', 'DATABASE_UNREACHABLE', 'KAFKA_UNREACHABLE', 'KAFKA_FAILED']);
const AGAIN = { firstMs: 500, mostMs: 10_000 };

/**
 * Makes episodes and mails of what Spark writes to the alerts' topic, until the signal fires.
 *
 * @throws OperatorError that names the thing, the setting and the next step
 */
export async function runAlerts(options: RunOptions): Promise<void> {
  const { standby, log, signal } = options;
  for (let failures = 0; ; ) {
    try {
      return await runOnce(options, () => {
        failures = 0;
      });
    } catch (error) {
      if (!standby || signal.aborted || !(PASSING.has(codeOf(error)) || isTransient(error))) throw error;
      failures += 1;
      const waitMs = backOffMs(failures, AGAIN);
      log.warn(`${messageOf(error)}; standing by again in ${formatDuration(waitMs)}`);
      await delay(waitMs, undefined, { signal });
    }
  }
}

async function runOnce({ environment, standby, tell, log, signal, health }: RunOptions, onBegun: () => void) {
  const settings = kafkaSettings(environment);
  const { alertsTopic } = settings;
  const groupId = readersGroup(alertsTopic);
  await withAdmin(settings, log, async (admin) => {
    await ensureAlertsTopic(admin, settings);
    await waitForReadersTurn(admin, groupId, { standby, log, signal });
    await requireComplete(admin, groupId, alertsTopic);
  });
  const waiting = new Map<number, number>();
  const lag = () => [...waiting.values()].reduce((sum, one) => sum + one, 0);
  const progress = new ProgressSum();
  let batchId = 0;
  const { driver, close } = await openDriver({
    environment,
    log,
    report: (event) => progress.add(event),
    query: alertsTopic,
    bandsOf: (directory) => Promise.resolve(bandsFingerprint(directory)),
    isBehind: () => lag() >= BEHIND_MESSAGES,
  });
  const attention = new Attention();
  const gather = new Gather<JudgedReading>(
    (readings) =>
      driver.handle(
        ({ bands }, episodes) => {
          attention.look(readings, bands, episodes);
          return Promise.resolve(sortOutJudged(readings, bands, episodes));
        },
        batchId++,
        signal,
      ),
    LINGER_MS,
  );
  let signedAt = performance.now();
  const reader = new TopicReader({
    kafka: kafkaClient(settings, log, RETRY, CLIENT),
    settings,
    groupId,
    onJoined: () => driver.begin(),
    onJoinedAgain: async () => {
      // Whatever else is wrong with the database, a batch waits for it, or fails.
      await driver.requireLead().catch((error: unknown) => {
        if (codeOf(error) === 'FENCED') throw error;
      });
    },
    handle: async (readings, partition, behind) => {
      waiting.set(partition, behind);
      await gather.add(readings, attention.isUrgent(readings));
    },
    isFull: () => gather.size >= MESSAGES_IN_HAND,
    onAnswer: () => health?.heard(alertsTopic, []),
    onSignOfLife: () => {
      signedAt = performance.now();
    },
    log,
  });
  const tellAll = () => {
    const done = progress.take(lag());
    if (done === undefined) return;
    tell(done);
    health?.heard(alertsTopic, [asBatch(done)]);
  };
  const telling = setInterval(tellAll, TELL_EVERY_MS);
  try {
    await reader.start();
    onBegun();
    log.info(`${alertsTopic} is read; Ctrl-C ends it`);
    health?.follows([
      {
        job: { name: CLIENT },
        queries: [{ name: alertsTopic }],
        heardFrom: 'Kafka',
        leaseAgeMs: () => performance.now() - signedAt,
      },
    ]);
    await reader.ended(signal);
  } finally {
    health?.follows([]);
    clearInterval(telling);
    // What does not get done is read again.
    await within(DRAIN_LIMIT_MS, gather.drain());
    await reader.stop();
    await close();
    tellAll();
  }
}

async function withAdmin(settings: KafkaSettings, log: Logger, act: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafkaClient(settings, log, RETRY_TO_OPEN, CLIENT).admin();
  try {
    await admin.connect();
    await act(admin);
  } catch (error) {
    throw codeOf(error) === 'ABORT_ERR' ? error : kafkaError(error, settings.brokers, settings.alertsTopic);
  } finally {
    await within(FAREWELL_LIMIT_MS, admin.disconnect());
  }
}

/** In the numbers that the health of a query is told by. */
function asBatch({ query, batchId, counts, durationMs, lag, at }: AlertsProgress) {
  const rows = counts.readings ?? 0;
  return { query, batchId, rows, rowsPerSecond: rows, durationMs: 0, phasesMs: durationMs, lag, at };
}
