/** Topics of a test's own on the stack's broker. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Admin, Kafka, logLevel } from 'kafkajs';

export interface TopicMessage {
  readonly key?: string;
  readonly value: string;
}

export class KafkaTopic {
  readonly brokers: string;
  readonly name = `spark-connect-test-${randomUUID()}`;
  readonly #kafka: Kafka;
  readonly #admin: Admin;

  private constructor(brokers: string) {
    this.brokers = brokers;
    this.#kafka = new Kafka({ clientId: 'tests', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    this.#admin = this.#kafka.admin();
  }

  static async create(numPartitions: number): Promise<KafkaTopic> {
    const topic = new KafkaTopic(kafkaBrokers());
    await topic.#admin.connect();
    await topic.#admin.createTopics({ topics: [{ topic: topic.name, numPartitions }], waitForLeaders: true });
    return topic;
  }

  async send(messages: readonly TopicMessage[]): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic: this.name, messages: [...messages] });
    await producer.disconnect();
  }

  async drop(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.name] });
    await this.#admin.disconnect();
  }
}

/** KAFKA_BROKERS, or those of the running stack. */
function kafkaBrokers(): string {
  const { KAFKA_BROKERS, INSTANT_HEALTH_STACK_DIR } = process.env;
  if (KAFKA_BROKERS) return KAFKA_BROKERS;
  const folder = INSTANT_HEALTH_STACK_DIR ?? join(import.meta.dirname, '..', '..', '..', '..', '.stack');
  const file = join(folder, 'state.json');
  const state = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { environment?: Record<string, string> })
    : {};
  const brokers = state.environment?.KAFKA_BROKERS;
  if (brokers !== undefined) return brokers;
  throw new Error('no Kafka broker: set KAFKA_BROKERS, or run "npm run stack -- up"');
}
