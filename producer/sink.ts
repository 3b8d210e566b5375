import {
  CompressionTypes,
  type ICustomPartitioner,
  Kafka,
  type LogEntry,
  logLevel,
  Partitioners,
  type Producer,
} from 'kafkajs';
import type { KafkaSettings, Logger } from '../settings/index.ts';
import type { ReadingMessage } from './contract/index.ts';
import { kafkaError, missingTopic } from './kafka-error.ts';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** About 2 s before there ever was a connection: most likely a setting is wrong. */
const RETRY_TO_OPEN = { initialRetryTime: 200, retries: 3, maxRetryTime: 1_000 } as const;
/** About 10 s in all before the client gives a broker up. */
const RETRY = { initialRetryTime: 200, retries: 6, maxRetryTime: 4_000 } as const;

/**
 * Writes messages to the topic: idempotent, acknowledged by all replicas, one request in flight. More in flight would
 * not be faster, since the client serialises them per broker anyway, and after a retry would not be in order.
 */
export class Sink {
  readonly #producer: Producer;
  readonly #settings: KafkaSettings;

  private constructor(producer: Producer, settings: KafkaSettings) {
    this.#producer = producer;
    this.#settings = settings;
  }

  /**
   * Connects, and makes sure that the topic is there: the client alone would wait long for one that is not.
   *
   * @throws OperatorError that names KAFKA_BROKERS or KAFKA_TOPIC
   */
  static async open(settings: KafkaSettings, logger: Logger): Promise<Sink> {
    const client = {
      clientId: 'instant-health-producer',
      brokers: [...settings.brokers],
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      logLevel: logLevel.WARN,
      // The client calls every retry an error; what ends the run is reported by us.
      logCreator: () => (entry: LogEntry) => logger.debug({ kafka: entry.namespace }, entry.log.message),
    };
    const admin = new Kafka({ ...client, retry: RETRY_TO_OPEN }).admin();
    const producer = new Kafka({ ...client, retry: RETRY }).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: rememberedPartitions,
    });
    try {
      await admin.connect();
      const topics = await admin.listTopics();
      if (!topics.includes(settings.topic)) throw missingTopic(settings.topic, settings.brokers.join(', '));
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => {});
      throw kafkaError(error, settings.brokers, settings.topic);
    } finally {
      await admin.disconnect().catch(() => {});
    }
    return new Sink(producer, settings);
  }

  /** Resolves once every message is acknowledged. */
  async send(messages: readonly ReadingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    try {
      await this.#producer.send({
        topic: this.#settings.topic,
        messages: messages as ReadingMessage[],
        acks: -1,
        compression: CompressionTypes.None,
      });
    } catch (error) {
      throw kafkaError(error, this.#settings.brokers, this.#settings.topic);
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
  }
}

/**
 * Kafka's own partitions (murmur2 of the key), computed once per patient: the client's hash works on 64-bit objects and
 * would cost a tenth of the time of an unthrottled run.
 */
const rememberedPartitions: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  const remembered = new Map<string, number>();
  let partitions = 0;
  return (args) => {
    const key = args.message.key;
    if (typeof key !== 'string') return choose(args);
    if (partitions !== args.partitionMetadata.length) {
      partitions = args.partitionMetadata.length;
      remembered.clear();
    }
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const partition = choose(args);
    if (remembered.size < 100_000) remembered.set(key, partition);
    return partition;
  };
};
