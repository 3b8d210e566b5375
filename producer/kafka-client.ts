import { Kafka, type LogEntry, logLevel, type RetryOptions } from 'kafkajs';
import type { KafkaSettings, Logger } from '../settings/index.ts';
import { kafkaSignInOptions } from './kafka-sign-in.ts';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;

/** Under 2 s before there ever was a connection: most likely a setting is wrong. */
export const RETRY_TO_OPEN: RetryOptions = { initialRetryTime: 200, retries: 3, maxRetryTime: 1_000 };
/**
 * About 4 s inside the client, where nobody sees it; after that it is tried again in sight. The first pause is short,
 * for after a commit the coordinator asks for a moment before the next transaction.
 */
export const RETRY: RetryOptions = { initialRetryTime: 5, retries: 10, maxRetryTime: 1_000 };

/** A Kafka client. It calls every retry an error, so what it says is for debugging only. */
export function kafkaClient(
  settings: Pick<KafkaSettings, 'brokers' | 'signIn'>,
  logger: Logger,
  retry: RetryOptions,
  clientId = 'instant-health-producer',
): Kafka {
  return new Kafka({
    clientId,
    brokers: [...settings.brokers],
    ...kafkaSignInOptions(settings.signIn),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.WARN,
    logCreator: () => (entry: LogEntry) => logger.debug({ kafka: entry.namespace }, entry.log.message),
    retry,
  });
}
