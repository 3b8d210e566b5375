import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type Reading, readingMessage } from '../../../producer/index.ts';

/** A reading with the timestamp that it has in Kafka, milliseconds since the epoch. */
export interface SentReading {
  readonly reading: Reading;
  readonly timestamp: number;
}

/**
 * Sends readings at a steady rate, each with the moment of its sending as Kafka's timestamp. The clock does not wait for
 * acknowledgements: what a slow broker delays counts as latency.
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
  const sending: Promise<unknown>[] = [];
  const started = performance.now();
  try {
    while (sent.length < count) {
      const due = Math.min(count, Math.ceil(((performance.now() - started) * perSecond) / 1000));
      const messages = [];
      while (sent.length < due) {
        const next = readings.next();
        if (next.done) return sent;
        const timestamp = Date.now();
        sent.push({ reading: next.value, timestamp });
        messages.push({
          ...readingMessage(next.value, { sourceId: undefined, recordedAt: undefined }),
          timestamp: String(timestamp),
        });
      }
      if (messages.length > 0) {
        sending.push(producer.send({ topic, messages, acks: -1 }));
        onSent(sent.length);
      }
      const wait = started + (sent.length / perSecond) * 1000 - performance.now();
      if (wait > 0) await delay(wait, undefined, { signal });
      else signal.throwIfAborted();
    }
    await Promise.all(sending);
    return sent;
  } finally {
    await Promise.allSettled(sending);
    await producer.disconnect();
  }
}

export interface PacedOptions {
  readonly count: number;
  readonly perSecond: number;
  readonly onSent: (count: number) => void;
  readonly signal: AbortSignal;
}
