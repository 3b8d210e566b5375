import type { Admin } from 'kafkajs';

/** The topic of readings, unless KAFKA_TOPIC says otherwise. */
export const READINGS_TOPIC = 'patient-vital-info';
export const READINGS_PARTITIONS = 3;

export interface TopicOptions {
  readonly partitions?: number;
  /** Copies of each partition; the broker's default where it is not given. */
  readonly replicationFactor?: number;
}

/**
 * Creates a topic unless it is there. An existing topic keeps its partitions: changing their number would move
 * patients between partitions and break the order of their readings.
 *
 * @returns whether it was created
 */
export async function ensureTopic(admin: Admin, topic: string, options: TopicOptions = {}): Promise<boolean> {
  return await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic,
        numPartitions: options.partitions ?? READINGS_PARTITIONS,
        replicationFactor: options.replicationFactor ?? -1,
      },
    ],
  });
}
