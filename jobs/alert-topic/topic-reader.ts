import { once } from 'node:events';
import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import { kafkaError, RETRY, within } from '../../producer/index.ts';
import { type KafkaSettings, type Logger, OperatorError } from '../../settings/index.ts';
import { decodeJudged, type JudgedReading } from './judged-reading.ts';
import { SESSION_TIMEOUT_MS } from './turn.ts';

export interface TopicReaderOptions {
  readonly kafka: Kafka;
  readonly settings: KafkaSettings;
  readonly groupId: string;
  /** Called when messages may come. */
  readonly onJoined: () => Promise<void>;
  /** Called when Kafka has dealt out the partitions anew, perhaps because this process was silent; what it throws ends the reading. */
  readonly onJoinedAgain: () => Promise<void>;
  /**
   * Must have done all that a part of a partition asks for when it resolves; of one partition in their order. Is called for
   * several at a time.
   *
   * @param waiting messages behind this part
   */
  readonly handle: (readings: readonly JudgedReading[], partition: number, waiting: number) => Promise<void>;
  /** Whether so much is in hand that no more should be read before it is done. */
  readonly isFull: () => boolean;
  /** Kafka has answered. */
  readonly onAnswer: () => void;
  /** Kafka has taken a sign of life. */
  readonly onSignOfLife: () => void;
  readonly log: Logger;
}

const HEARTBEAT_MS = 1_000;
/** Kafka answers at once when there is something; between two answers signs of life are given. */
const FETCH_WAIT_MS = 500;
/** Some 6,000 messages of a partition at a time. */
const PARTITION_BYTES = 1_048_576;
/** A crash lets so much be read again, and passed over. */
const COMMIT_INTERVAL_MS = 1_000;
const MANY_PARTITIONS = 64;
const FAREWELL_LIMIT_MS = 20_000;

/** Reads the alerts' topic as its only reader, for as long as Kafka and the handler go along. */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #consumer: Consumer;
  readonly #failing = new AbortController();
  /** The first message of each partition that is not done, since it was last told to Kafka. */
  readonly #done = new Map<number, string>();
  #committing: NodeJS.Timeout | undefined;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
    const { kafka, groupId, settings, log, onAnswer, onSignOfLife } = options;
    this.#consumer = kafka.consumer({
      groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: PARTITION_BYTES,
      retry: {
        ...RETRY,
        restartOnFailure: async (error) => {
          if (this.#failing.signal.aborted) return false;
          log.warn(`${kafkaError(error, settings.brokers, settings.alertsTopic).message}; trying again`);
          return true;
        },
      },
    });
    this.#consumer.on('consumer.fetch', onAnswer);
    this.#consumer.on('consumer.heartbeat', onSignOfLife);
    this.#consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) this.#fail(kafkaError(payload.error, settings.brokers, settings.alertsTopic));
    });
  }

  /** @throws OperatorError that names KAFKA_BROKERS */
  async start(): Promise<void> {
    const { settings, onJoined, onJoinedAgain } = this.#options;
    const topic = settings.alertsTopic;
    const joined = new Promise<void>((resolve) => this.#consumer.on('consumer.group_join', () => resolve()));
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consumer.run({
        eachBatch: (payload) => this.#part(payload),
        autoCommit: false,
        partitionsConsumedConcurrently: MANY_PARTITIONS,
      });
    } catch (error) {
      throw kafkaError(error, settings.brokers, topic);
    }
    await Promise.race([joined, this.#failed()]);
    this.#consumer.on('consumer.group_join', () => {
      onJoinedAgain().catch((error: unknown) => this.#fail(error));
    });
    this.#committing = setInterval(() => void this.#commit(), COMMIT_INTERVAL_MS);
    await onJoined();
  }

  /**
   * Resolves when the signal fires.
   * @throws what the handler threw, or Kafka's last word
   */
  async ended(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const over = new AbortController();
    const interrupted = once(signal, 'abort', { signal: over.signal }).catch(() => {});
    try {
      await Promise.race([interrupted, this.#failed()]);
    } finally {
      over.abort();
    }
  }

  /** Tells Kafka how far it has come, and that the next reader need not wait. */
  async stop(): Promise<void> {
    clearInterval(this.#committing);
    await within(FAREWELL_LIMIT_MS, this.#commit());
    await within(FAREWELL_LIMIT_MS, this.#consumer.disconnect());
  }

  async #part({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    const { handle, isFull } = this.#options;
    // However long the database takes: a sign of life goes on, and what becomes of it shows at the next fetch.
    const beating = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT_MS);
    try {
      const readings = batch.messages.map(({ value, offset }) => this.#decode(value, batch.partition, offset));
      const done = handle(readings, batch.partition, Number(batch.offsetLag())).then(() => {
        this.#done.set(batch.partition, String(BigInt(batch.lastOffset()) + 1n));
      });
      done.catch((error: unknown) => this.#fail(error));
      if (isFull()) await done;
      this.#failing.signal.throwIfAborted();
    } catch (error) {
      this.#fail(error);
      // No second attempt: whoever starts again begins behind what is in the database.
      throw new kafkajs.KafkaJSNonRetriableError('the batch could not be handled');
    } finally {
      clearInterval(beating);
    }
  }

  /** What Kafka is not told is read again, and passed over. */
  async #commit(): Promise<void> {
    const { settings, log } = this.#options;
    const offsets = [...this.#done].map(([partition, offset]) => ({ topic: settings.alertsTopic, partition, offset }));
    this.#done.clear();
    if (offsets.length === 0) return;
    await this.#consumer
      .commitOffsets(offsets)
      .catch((error: unknown) => log.debug({ err: error }, 'Kafka was not told how far the alerts are'));
  }

  #decode(value: Buffer | null, partition: number, offset: string): JudgedReading {
    const { topic, alertsTopic } = this.#options.settings;
    const reading = decodeJudged(value);
    if (reading?.topic === topic) return reading;
    const what = reading === undefined ? 'is no reading that vital-alerts has judged' : `is of topic ${reading.topic}`;
    throw new OperatorError(
      'ALERTS_TOPIC_OF_OTHERS',
      `a message of topic ${alertsTopic} (KAFKA_ALERTS_TOPIC) ${what}: partition ${partition}, offset ${offset}`,
      { next: 'Give the alerts of each KAFKA_TOPIC a topic of their own, that nothing else writes to.' },
    );
  }

  #fail(error: unknown): void {
    if (!this.#failing.signal.aborted) this.#failing.abort(error);
  }

  async #failed(): Promise<never> {
    const { signal } = this.#failing;
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  }
}
