import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { ensureTopic } from '../../producer/index.ts';
import { type Environment, kafkaSettings, loadEnvironment } from '../../settings/index.ts';

/** A message as a consumer sees it. */
export interface ReadMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A topic of the test's own on the running stack. */
export interface TestTopic {
  readonly name: string;
  /** The whole environment, with KAFKA_TOPIC pointing to this topic. */
  readonly environment: Environment;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** Every message that is in the topic now, by partition and offset. */
  read(): Promise<readonly ReadMessage[]>;
  /** Deletes the topic and closes the connection. */
  drop(): Promise<void>;
}

/**
 * Creates a topic with three partitions.
 *
 * @param purpose letters and digits, becomes part of the name
 */
export async function createTestTopic(purpose: string, partitions = 3): Promise<TestTopic> {
  const name = `test-${purpose}-${randomBytes(4).toString('hex')}`;
  const environment = loadEnvironment({ KAFKA_TOPIC: name });
  const { brokers } = kafkaSettings(environment);
  const kafka = new Kafka({ clientId: 'tests', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopic(admin, name, { partitions });
  const drop = async () => {
    const topics = (await admin.listTopics()).filter((topic) => topic === name || topic.startsWith(`${name}-`));
    await admin.deleteTopics({ topics });
    await admin.disconnect();
  };
  return { name, environment, kafka, admin, read: () => readTopic(kafka, admin, name), drop };
}

/**
 * Reads a topic from its start to where it ends now, as a `read_committed` consumer. The end counts the control records
 * of transactions, which no message stands for, so what is read is told by the client's own account of offsets.
 */
export async function readTopic(kafka: Kafka, admin: Admin, topic: string): Promise<readonly ReadMessage[]> {
  const unread = new Map(
    (await admin.fetchTopicOffsets(topic))
      .filter(({ high, low }) => high !== low)
      .map(({ partition, high }) => [partition, BigInt(high) - 1n]),
  );
  const messages: ReadMessage[] = [];
  if (unread.size === 0) return messages;
  const groupId = `tests-${randomBytes(6).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
        if (BigInt(lastOffset) >= (unread.get(partition) ?? 0n)) unread.delete(partition);
        if (unread.size === 0) resolve();
      });
      const handler = ({ batch }: { batch: { partition: number; messages: readonly KafkaBatchMessage[] } }) => {
        for (const message of batch.messages) messages.push(plain(batch.partition, message));
        return Promise.resolve();
      };
      consumer.run({ eachBatch: handler }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]);
  }
  return messages.sort((left, right) => left.partition - right.partition || Number(left.offset - right.offset));
}

interface KafkaBatchMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

function plain(partition: number, { offset, key, value, headers = {} }: KafkaBatchMessage): ReadMessage {
  return {
    partition,
    offset: BigInt(offset),
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
  };
}
