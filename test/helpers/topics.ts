import { CompressionTypes, type Producer } from 'kafkajs';
import { type Reading, readingMessage } from '../../producer/index.ts';
import type { TestTopic } from './kafka.ts';

/** Any bytes as a message; null is a tombstone. */
export interface RawMessage {
  readonly value: Buffer | string | null;
  readonly key?: string;
  readonly partition?: number;
}

/** Writes to a test's topic what the test says, good or bad. */
export class TopicWriter {
  readonly #producer: Producer;
  readonly #topic: string;

  private constructor(producer: Producer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  static async open({ kafka, name }: TestTopic): Promise<TopicWriter> {
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return new TopicWriter(producer, name);
  }

  /** Sends readings as the producer would. */
  async readings(readings: readonly Reading[]): Promise<void> {
    await this.#send(
      readings.map((reading) => readingMessage(reading, { sourceId: undefined, recordedAt: undefined })),
    );
  }

  /** With Kafka's time as the test says, milliseconds since the epoch. */
  async timed(messages: readonly { readonly key: string; readonly value: string; readonly timestamp: string }[]) {
    await this.#send([...messages]);
  }

  async raw(...messages: readonly RawMessage[]): Promise<void> {
    await this.#send(messages.map(({ value, key = null, ...rest }) => ({ key, value, ...rest })));
  }

  close(): Promise<void> {
    return this.#producer.disconnect();
  }

  async #send(messages: Parameters<Producer['send']>[0]['messages']): Promise<void> {
    await this.#producer.send({ topic: this.#topic, messages, acks: -1, compression: CompressionTypes.None });
  }
}
