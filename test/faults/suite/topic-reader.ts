import { Kafka, logLevel } from 'kafkajs';
import { readCommitted, SOURCE_ID_HEADER } from '../../../producer/index.ts';
import { kafkaSettings } from '../../../settings/index.ts';
import type { TopicRecord } from './ledger.ts';

/** Everything that the producer has committed. */
export interface CommittedRecords {
  readonly topic: readonly TopicRecord[];
  /** Ids of rejected rows. */
  readonly rejected: readonly string[];
}

/** Reads both topics from their start, as a `read_committed` consumer that has never been here before. */
export async function readRecords(environment: Readonly<Record<string, string>>): Promise<CommittedRecords> {
  const { brokers, topic: name, rejectedTopic } = kafkaSettings(environment);
  const kafka = new Kafka({
    clientId: 'fault-suite',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 2, initialRetryTime: 100 },
  });
  const topic: TopicRecord[] = [];
  const rejected: string[] = [];
  await readCommitted(kafka, name, {
    visit({ offset, value, headers, timestamp }, partition) {
      const sourceId = headers?.[SOURCE_ID_HEADER]?.toString();
      topic.push({ partition, offset, sourceId, value: value?.toString() ?? null, atMs: Number(timestamp) });
      return undefined;
    },
  });
  await readCommitted(kafka, rejectedTopic, {
    visit({ key }) {
      rejected.push(key?.toString() ?? '');
      return undefined;
    },
  });
  return { topic, rejected };
}

/** Where each partition ends: the offset after the last message. */
export function endsOf(topic: readonly TopicRecord[]): ReadonlyMap<number, bigint> {
  const ends = new Map<number, bigint>();
  for (const { partition, offset } of topic) {
    const next = BigInt(offset) + 1n;
    if (next > (ends.get(partition) ?? 0n)) ends.set(partition, next);
  }
  return ends;
}
