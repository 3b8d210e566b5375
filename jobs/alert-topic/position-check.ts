import type { Admin } from 'kafkajs';
import { OperatorError } from '../../settings/index.ts';

/**
 * Makes sure that nothing has been lost between where the last reader was and what the topic still holds; begins anew where the
 * topic was made anew. Called while nobody reads.
 *
 * @throws OperatorError `ALERTS_TOPIC_INCOMPLETE` where messages were deleted that nobody had read
 */
export async function requireComplete(admin: Admin, groupId: string, topic: string): Promise<void> {
  const [ends, [position]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const read = new Map(position?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
  // -1: never.
  const at = (partition: number) => (read.get(partition) ?? -1n) + 0n;
  if (ends.some(({ partition, high }) => at(partition) > BigInt(high))) {
    await admin.resetOffsets({ groupId, topic, earliest: true });
    return;
  }
  const lost = ends.filter(({ partition, low }) => {
    const from = at(partition);
    return BigInt(low) > (from < 0n ? 0n : from);
  });
  if (lost.length === 0) return;
  const places = lost.map(({ partition, low }) => `partition ${partition} begins at ${low}`).join(', ');
  throw new OperatorError(
    'ALERTS_TOPIC_INCOMPLETE',
    `topic ${topic} (KAFKA_ALERTS_TOPIC) has lost messages that nobody had read: ${places}`,
    {
      next: 'Stop vital-alerts, delete that topic, and submit again on a new ALERTS_CHECKPOINT: Spark writes what KAFKA_TOPIC still holds, and what was applied is passed over.',
    },
  );
}
