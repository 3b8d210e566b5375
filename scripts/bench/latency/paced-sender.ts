import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type Reading, type ReadingMessage, readingMessage } from '../../../producer/index.ts';

/** A reading with the timestamp that it has in Kafka, milliseconds since the epoch. */
export interface SentReading {
  readonly reading: Reading;
  readonly timestamp: number;
}

/** After a long halt more is due than the megabyte that a broker takes in one request. */
const MOST_AT_ONCE = 5_000;

/**
 * Sends readings at a steady rate, each with the moment of its sending as Kafka's timestamp. The clock does not wait for
 * acknowledgements: what a slow broker delays counts as latency, and goes together with what has become due meanwhile.
 *
 * @param count readings in all
 * @param onSent told how many have been sent
 * @returns in the order of sending
 */
export async function sendPaced(
  { brokers, topic }: { brokers: readonly string[]; topic: string },
  readings: Iterator<Reading, unknown, undefined>,
  { count, perSecond, onSent, signal }: PacedOptions,
): Promise<readonly SentReading[]> {
  const kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.ERROR });
  const producer = kafka.producer({ maxInFlightRequests: 1, idempotent: true, allowAutoTopicCreation: false });
  await producer.connect();
  const sent: SentReading[] = [];
  const due: Message[] = [];
  let sending: Promise<void> | undefined;
  let failure: unknown;
  const sendDue = async () => {
    while (due.length > 0) {
      await producer.send({ topic, messages: due.splice(0, MOST_AT_ONCE), acks: -1 });
    }
  };
  const started = performance.now();
  try {
    let isOver = false;
    while (!isOver && sent.length < count) {
      const target = Math.min(count, Math.ceil(((performance.now() - started) * perSecond) / 1000));
      while (sent.length < target) {
        const next = readings.next();
        if (next.done) {
          isOver = true;
          break;
        }
        const timestamp = Date.now();
        sent.push({ reading: next.value, timestamp });
        due.push({
          ...readingMessage(next.value, { sourceId: undefined, recordedAt: undefined }),
          timestamp: String(timestamp),
        });
      }
      if (failure !== undefined) throw failure;
      if (sending === undefined && due.length > 0) {
        sending = sendDue()
          .catch((error: unknown) => {
            failure = error;
          })
          .finally(() => {
            sending = undefined;
          });
      }
      onSent(sent.length);
      const wait = started + (sent.length / perSecond) * 1000 - performance.now();
      if (wait > 0) await delay(wait, undefined, { signal });
      else signal.throwIfAborted();
    }
    await sending;
    await sendDue();
    if (failure !== undefined) throw failure;
    return sent;
  } finally {
    await sending;
    await producer.disconnect();
  }
}

type Message = ReadingMessage & { readonly timestamp: string };

export interface PacedOptions {
  readonly count: number;
  readonly perSecond: number;
  readonly onSent: (count: number) => void;
  readonly signal: AbortSignal;
}
