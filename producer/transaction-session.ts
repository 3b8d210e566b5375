import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Kafka, Producer } from 'kafkajs';
import type { KafkaSettings } from '../settings/index.ts';
import { RETRY } from './kafka-client.ts';
import { rememberedPartitions } from './partitioner.ts';
import { type Claim, type PositionState, positionTopic, readPosition, writerKey } from './position-topic.ts';
import { within } from './read-committed.ts';
import { type Batch, requestsOf } from './sink.ts';

/** After a crash nobody ends its last transaction before this time, unless a producer with the same id comes sooner. */
const TRANSACTION_TIMEOUT_MS = 15_000;
const FAREWELL_MS = 1_000;

export interface SessionOptions {
  readonly kafka: Kafka;
  readonly settings: KafkaSettings;
  readonly source: string;
  /** Names this process in what it writes. */
  readonly writer: string;
  readonly signal: AbortSignal;
}

/** One producer of the Kafka client, from fencing its predecessors to its first error, after which it is of no more use. */
export class TransactionSession {
  /** What was committed before this session. */
  readonly state: PositionState;
  readonly #producer: Producer;
  readonly #options: SessionOptions;

  private constructor(producer: Producer, options: SessionOptions, state: PositionState) {
    this.#producer = producer;
    this.#options = options;
    this.state = state;
  }

  /**
   * Takes the source over. The order matters: the first transaction makes the broker fence every older producer with
   * this id and end what it left open (the client asks for that in `transaction()`, not in `connect()`); it writes the
   * claim; and only then is the position read, up to that claim. So nothing can be committed that the reading misses,
   * even while other sources keep transactions open in the same topic.
   */
  static async open(options: SessionOptions): Promise<TransactionSession> {
    const { kafka, settings, source, writer, signal } = options;
    const producer = kafka.producer({
      transactionalId: transactionalId(source, settings.topic),
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: rememberedPartitions,
      retry: RETRY,
    });
    try {
      await producer.connect();
      const claim: Claim = {
        writer,
        claim: randomUUID(),
        host: hostname(),
        pid: process.pid,
        at: new Date().toISOString(),
      };
      const transaction = await producer.transaction();
      await transaction.send({
        topic: positionTopic(settings.topic),
        messages: [{ key: writerKey(source), value: JSON.stringify({ version: 1, ...claim }), partition: 0 }],
      });
      await transaction.commit();
      const state = await readPosition(kafka, settings, source, { claim: claim.claim, signal });
      return new TransactionSession(producer, options, state);
    } catch (error) {
      await within(FAREWELL_MS, producer.disconnect());
      throw error;
    }
  }

  /** One transaction: the batch, and the position's record. Any error is one of the client; then discard the session. */
  async append(batch: Omit<Batch, 'position'>, position: string): Promise<void> {
    const { settings, source } = this.#options;
    const record = { key: source, value: position, partition: 0, headers: {} };
    const transaction = await this.#producer.transaction();
    try {
      const extra = [{ topic: positionTopic(settings.topic), messages: [record] }];
      for (const request of requestsOf(batch, settings, extra)) await transaction.sendBatch(request);
    } catch (error) {
      // Readers of the topic wait for the end of an open transaction.
      await within(FAREWELL_MS, transaction.abort());
      throw error;
    }
    await transaction.commit();
  }

  async close(): Promise<void> {
    await within(FAREWELL_MS, this.#producer.disconnect());
  }
}

/** The same for every producer of this source and topic: that is what lets the newest fence the others. */
function transactionalId(source: string, topic: string): string {
  return `instant-health-producer/${topic}/${source}`;
}
