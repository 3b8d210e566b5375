import { CompressionTypes, type Producer } from 'kafkajs';
import type { KafkaSettings, Logger } from '../settings/index.ts';
import { ensureTopic, type ReadingMessage } from './contract/index.ts';
import { kafkaClient, RETRY, RETRY_TO_OPEN } from './kafka-client.ts';
import { kafkaError, missingTopic } from './kafka-error.ts';
import { rememberedPartitions } from './partitioner.ts';
import type { SourcePosition } from './position.ts';
import { ensurePositionTopic, positionTopic } from './position-topic.ts';

/** What goes to Kafka together. */
export interface Batch {
  readonly messages: readonly ReadingMessage[];
  readonly rejected: readonly ReadingMessage[];
  /** How far the table has been read with this batch. */
  readonly position: SourcePosition;
}

/** Where batches go. */
export interface Sink {
  /**
   * Resolves once the batch is in the topics for good.
   *
   * @throws OperatorError when it is not; a batch of a transactional sink is then in none of them
   */
  commit(batch: Batch): Promise<void>;
  close(): Promise<void>;
}

/** Measured: larger requests make the client's grouping by partition the bottleneck, smaller ones the round trip. */
const REQUEST_MESSAGES = 500;

type TopicMessages = { topic: string; messages: ReadingMessage[] }[];

/** A batch as requests of a size that the client likes; what goes to other topics travels with the first. */
export function* requestsOf(
  { messages, rejected }: Omit<Batch, 'position'>,
  settings: KafkaSettings,
  extra: TopicMessages = [],
) {
  const first: TopicMessages = [...extra];
  if (rejected.length > 0) first.push({ topic: settings.rejectedTopic, messages: [...rejected] });
  for (let start = 0; start === 0 || start < messages.length; start += REQUEST_MESSAGES) {
    const part = messages.slice(start, start + REQUEST_MESSAGES);
    const topicMessages: TopicMessages = start === 0 ? first : [];
    if (part.length > 0) topicMessages.push({ topic: settings.topic, messages: part });
    if (topicMessages.length > 0) yield { topicMessages, acks: -1, compression: CompressionTypes.None };
  }
}

/**
 * Makes sure that the topics are there: the client alone would wait long for one that is not. The topic of readings
 * must exist, for a mistyped one must not be a new one; the others are derived from it and created.
 *
 * @returns whether the topic of readings is empty
 * @throws OperatorError that names KAFKA_BROKERS or KAFKA_TOPIC
 */
export async function checkTopics(settings: KafkaSettings, logger: Logger, withPosition: boolean): Promise<boolean> {
  const admin = kafkaClient(settings, logger, RETRY_TO_OPEN).admin();
  try {
    await admin.connect();
    const topics = await admin.listTopics();
    if (!topics.includes(settings.topic)) throw missingTopic(settings.topic, settings.brokers.join(', '));
    if (!topics.includes(settings.rejectedTopic)) await ensureTopic(admin, settings.rejectedTopic, { partitions: 1 });
    if (withPosition) await ensurePositionTopic(admin, positionTopic(settings.topic));
    const parts = await admin.fetchTopicOffsets(settings.topic);
    return parts.every(({ low, high }) => low === high);
  } catch (error) {
    throw kafkaError(error, settings.brokers, settings.topic);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/**
 * For a table without id, which has no position: idempotent, acknowledged by all replicas, one request in flight, so a
 * message is not doubled by a retry, but a run that ends early cannot be resumed.
 */
export class PlainSink implements Sink {
  readonly #producer: Producer;
  readonly #settings: KafkaSettings;

  private constructor(producer: Producer, settings: KafkaSettings) {
    this.#producer = producer;
    this.#settings = settings;
  }

  /** @throws OperatorError that names KAFKA_BROKERS or KAFKA_TOPIC */
  static async open(settings: KafkaSettings, logger: Logger): Promise<PlainSink> {
    await checkTopics(settings, logger, false);
    const producer = kafkaClient(settings, logger, RETRY).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: rememberedPartitions,
      retry: RETRY,
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => {});
      throw kafkaError(error, settings.brokers, settings.topic);
    }
    return new PlainSink(producer, settings);
  }

  async commit(batch: Batch): Promise<void> {
    try {
      for (const request of requestsOf(batch, this.#settings)) await this.#producer.sendBatch(request);
    } catch (error) {
      throw kafkaError(error, this.#settings.brokers, this.#settings.topic);
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }
}
