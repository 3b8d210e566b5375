import { randomBytes } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';

const FETCH_WAIT_MS = 50;
const DISCONNECT_LIMIT_MS = 2_000;

export interface ReadOptions {
  /**
   * Sees every committed message, partition by partition in the order of offsets.
   *
   * @returns true to end the reading
   */
  readonly visit: (message: KafkaMessage, partition: number) => boolean | undefined;
  /** Read to where the topic ends now (the default), or for ever, until `visit` ends it or the signal fires. */
  readonly until?: 'end' | 'told';
  readonly signal?: AbortSignal;
}

/**
 * Reads a topic from its start as a `read_committed` consumer. Where the topic ends is counted with the control records
 * that end transactions, which no consumer is shown.
 */
export async function readCommitted(kafka: Kafka, topic: string, options: ReadOptions): Promise<void> {
  const { visit, until = 'end', signal } = options;
  signal?.throwIfAborted();
  const left = until === 'end' ? await unreadParts(kafka, topic) : undefined;
  if (left?.size === 0) return;
  // A group without committed offsets vanishes by itself.
  const groupId = `instant-health-producer-${randomBytes(8).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: FETCH_WAIT_MS });
  let stop = () => {};
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      let isOver = false;
      const end = () => {
        isOver = true;
        resolve();
      };
      const abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      stop = () => signal?.removeEventListener('abort', abort);
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
        const last = left?.get(partition);
        if (last === undefined || BigInt(lastOffset) < last) return;
        left?.delete(partition);
        if (left?.size === 0) end();
      });
      const eachMessage = async ({ message, partition }: { message: KafkaMessage; partition: number }) => {
        if (!isOver && visit(message, partition)) end();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  } finally {
    stop();
    await within(DISCONNECT_LIMIT_MS, consumer.disconnect());
  }
}

/** The last offset of each partition that holds anything. */
async function unreadParts(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const parts = await admin.fetchTopicOffsets(topic);
    return new Map(
      parts.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high) - 1n]),
    );
  } finally {
    await within(DISCONNECT_LIMIT_MS, admin.disconnect());
  }
}

/** For farewells: waits no longer than that, and takes any failure for a farewell too. */
export async function within(limitMs: number, farewell: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([farewell.catch(() => {}), limit]);
  clearTimeout(timer);
}
