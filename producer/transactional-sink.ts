import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import { type KafkaSettings, type Logger, OperatorError } from '../settings/index.ts';
import { kafkaClient, RETRY } from './kafka-client.ts';
import { isFenced, isFinal, kafkaError } from './kafka-error.ts';
import { encodePosition, type SourcePosition } from './position.ts';
import { type PositionState, readPosition } from './position-topic.ts';
import { type Batch, checkTopics, type Sink } from './sink.ts';
import { type SessionOptions, TransactionSession } from './transaction-session.ts';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;
/** A producer that fences us writes its claim right after; longer than this it does not take. */
const CLAIM_SETTLES_MS = 3_000;

export interface TransactionalSinkOptions {
  /** The table's identity: `host:port/database/table`, or a name of the operator's choice. */
  readonly source: string;
  /** Attempts after the first one at a batch, with pauses that double from 250 ms to 8 s; Infinity to wait for ever. */
  readonly retries: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Writes each batch and the position that belongs to it in one Kafka transaction. Whatever happens in between, a fresh
 * session asks the broker what was committed, so a batch is in the topic once or not at all.
 */
export class TransactionalSink implements Sink {
  /** Where an earlier run has come to; undefined where there was none. */
  readonly restored: SourcePosition | undefined;
  /** Other sources that have been read into this topic. */
  readonly otherSources: readonly string[];
  readonly isTopicEmpty: boolean;
  /** Whether there is a position that this version does not understand. */
  readonly isPositionUnreadable: boolean;
  readonly #options: TransactionalSinkOptions;
  readonly #session: SessionOptions;
  #current: TransactionSession | undefined;
  /** The position's record as it was last known to be committed. */
  #committed: string | undefined;
  #number = 0;

  private constructor(
    options: TransactionalSinkOptions,
    session: SessionOptions,
    opened: TransactionSession,
    isTopicEmpty: boolean,
  ) {
    this.#options = options;
    this.#session = session;
    this.#current = opened;
    this.#committed = opened.state.text;
    this.restored = opened.state.position;
    this.isPositionUnreadable = opened.state.text !== undefined && opened.state.position === undefined;
    this.otherSources = opened.state.others;
    this.isTopicEmpty = isTopicEmpty;
  }

  /**
   * Fences every other producer of this source and topic, and reads the position.
   *
   * @throws OperatorError that names KAFKA_BROKERS or KAFKA_TOPIC
   */
  static async open(settings: KafkaSettings, options: TransactionalSinkOptions): Promise<TransactionalSink> {
    const { logger, source, signal } = options;
    const isTopicEmpty = await checkTopics(settings, logger, true);
    const kafka = kafkaClient(settings, logger, RETRY);
    const session = { kafka, settings, source, writer: randomUUID(), signal };
    try {
      return new TransactionalSink(options, session, await TransactionSession.open(session), isTopicEmpty);
    } catch (error) {
      if (signal.aborted) throw error;
      throw kafkaError(error, settings.brokers, settings.topic);
    }
  }

  /**
   * @throws OperatorError `PRODUCER_FENCED` when another producer has taken the source over, or what Kafka says after the
   *   last retry; the signal's reason when it fires while waiting for Kafka
   */
  async commit({ position, ...batch }: Batch): Promise<void> {
    const { writer } = this.#session;
    this.#number += 1;
    const record = encodePosition(position, { writer, number: this.#number }, new Date());
    try {
      await this.#attempt(batch, record);
    } catch (error) {
      await this.#retry(batch, record, error);
    }
  }

  async close(): Promise<void> {
    await this.#current?.close();
    this.#current = undefined;
  }

  async #attempt(batch: Omit<Batch, 'position'>, record: string): Promise<void> {
    this.#current ??= await this.#reopen(record);
    // The commit whose answer was lost had reached the broker.
    if (this.#committed === record) return;
    try {
      await this.#current.append(batch, record);
      this.#committed = record;
    } catch (error) {
      await this.#current.close();
      this.#current = undefined;
      throw error;
    }
  }

  async #retry(batch: Omit<Batch, 'position'>, record: string, first: unknown): Promise<void> {
    const { signal, logger, retries } = this.#options;
    const { brokers, topic } = this.#session.settings;
    let failed: unknown = first;
    let attempts = 0;
    const again = async () => {
      if (isFinal(failed)) throw failed;
      if (isFenced(failed)) {
        logger.warn('Kafka has fenced this producer: looking whether another one has taken over');
        await delay(CLAIM_SETTLES_MS, undefined, { signal });
      }
      await this.#attempt(batch, record);
    };
    const tell = () => {
      attempts += 1;
      logger.warn({ attempt: attempts }, `${kafkaError(failed, brokers, topic).message}; trying again`);
    };
    if (!isFinal(first) && !isFenced(first)) tell();
    try {
      await pRetry(again, {
        retries: Math.max(0, retries - 1),
        minTimeout: FIRST_RETRY_MS,
        maxTimeout: LONGEST_RETRY_MS,
        factor: 2,
        signal,
        shouldRetry: ({ error }) => !isFinal(error),
        onFailedAttempt: ({ error, retriesLeft }) => {
          failed = error;
          if (!isFinal(error) && !isFenced(error) && retriesLeft > 0 && !signal.aborted) tell();
        },
      });
      if (attempts > 0) logger.info('Kafka answers again');
    } catch (error) {
      if (signal.aborted && !(error instanceof OperatorError)) throw error;
      throw kafkaError(error, brokers, topic);
    }
  }

  /**
   * A fresh session in place of one that failed, unless another producer has taken over meanwhile: that one must not be
   * fenced by a predecessor that comes back to life.
   *
   * @param record the position's record whose fate is unknown
   */
  async #reopen(record: string): Promise<TransactionSession> {
    const { kafka, settings, source, writer, signal } = this.#session;
    const before = await readPosition(kafka, settings, source, { signal });
    if (before.claim !== undefined && before.claim.writer !== writer) throw fenced(before, source, settings);
    const session = await TransactionSession.open(this.#session);
    const { text } = session.state;
    if (text !== this.#committed && text !== record) {
      await session.close();
      throw fenced(session.state, source, settings);
    }
    this.#committed = text;
    return session;
  }
}

function fenced({ claim }: PositionState, source: string, { topic }: KafkaSettings): OperatorError {
  const who = claim === undefined ? '' : ` (process ${claim.pid} on ${claim.host}, since ${claim.at})`;
  return new OperatorError(
    'PRODUCER_FENCED',
    `ProducerFenced: another producer${who} has taken over ${source} → ${topic}; this one has stopped, and all that it committed stays`,
    { next: 'Run one producer for a table and a topic at a time; the other goes on where this one was.' },
  );
}
