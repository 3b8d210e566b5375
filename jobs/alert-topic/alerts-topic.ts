import type { Admin } from 'kafkajs';
import { ensureTopic, missingTopic } from '../../producer/index.ts';
import { type KafkaSettings, OperatorError } from '../../settings/index.ts';

/**
 * Makes the alerts' topic as wide as that of the readings: each partition of readings has one of its own there. One that is
 * narrower gets more, which moves nothing, since Spark names the partition of each message.
 *
 * @returns the partitions of the readings
 * @throws OperatorError that names KAFKA_TOPIC where there are no readings
 */
export async function ensureAlertsTopic(
  admin: Admin,
  { topic, alertsTopic, brokers }: Pick<KafkaSettings, 'topic' | 'alertsTopic' | 'brokers'>,
): Promise<number> {
  if (topic === alertsTopic) {
    throw new OperatorError('SETTING_INVALID', 'KAFKA_ALERTS_TOPIC is the topic of the readings, KAFKA_TOPIC', {
      exitCode: 2,
      next: 'Name another one; Spark would read what it writes.',
    });
  }
  const topics = await admin.listTopics();
  if (!topics.includes(topic)) throw missingTopic(topic, brokers.join(','));
  const partitions = await partitionsOf(admin, topic);
  if (!topics.includes(alertsTopic)) await ensureTopic(admin, alertsTopic, { partitions });
  else if ((await partitionsOf(admin, alertsTopic)) < partitions) {
    await admin.createPartitions({ topicPartitions: [{ topic: alertsTopic, count: partitions }] });
  }
  return partitions;
}

async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 0;
}
