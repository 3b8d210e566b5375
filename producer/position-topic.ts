import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { type KafkaSettings, OperatorError } from '../settings/index.ts';
import { kafkaError } from './kafka-error.ts';
import { decodePosition, type SourcePosition } from './position.ts';
import { readCommitted } from './read-committed.ts';

/*
 * The topic `<readings' topic>-position`: one partition, compacted. Two keys for each source:
 *   <source>          its position (position.ts)
 *   <source>#writer   the producer that writes it now: {"version":1,"writer":…,"claim":…,"host":…,"pid":…,"at":…}
 */
export const positionTopic = (topic: string): string => `${topic}-position`;
export const writerKey = (source: string): string => `${source}#writer`;

/** Who writes a source's position. */
export interface Claim {
  readonly writer: string;
  /** Unique to each opening of a connection: a reader that has seen it knows all that was committed before. */
  readonly claim: string;
  readonly host: string;
  readonly pid: number;
  readonly at: string;
}

export interface PositionState {
  readonly claim: Claim | undefined;
  /** The record as it stands, to be compared as text. */
  readonly text: string | undefined;
  /** Undefined where there is no record, or none of this version. */
  readonly position: SourcePosition | undefined;
  /** Other sources that have a position in this topic. */
  readonly others: readonly string[];
}

/** Kafka's least, so that compaction begins early: the topic is read whole at each start. */
const SEGMENT_BYTES = 1_048_576;

const CONFIG = [
  { name: 'cleanup.policy', value: 'compact' },
  { name: 'segment.bytes', value: String(SEGMENT_BYTES) },
  { name: 'min.cleanable.dirty.ratio', value: '0.1' },
];

/**
 * Creates the position topic where it is missing, and refuses one that forgets.
 *
 * @throws OperatorError `POSITION_TOPIC_NOT_COMPACTED`
 */
export async function ensurePositionTopic(admin: Admin, topic: string): Promise<void> {
  const created = await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: 1, replicationFactor: -1, configEntries: CONFIG }],
  });
  if (created) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['cleanup.policy'] }],
  });
  const policy = resources[0]?.configEntries[0]?.configValue;
  if (policy === 'compact') return;
  throw new OperatorError(
    'POSITION_TOPIC_NOT_COMPACTED',
    `Topic ${topic} would forget the position: its cleanup.policy is ${policy}`,
    { next: 'Set its cleanup.policy to compact.' },
  );
}

/**
 * Reads what the position topic says of one source.
 *
 * @param claim read until this claim appears; without it, to where the topic ends now
 * @throws OperatorError that names KAFKA_BROKERS
 */
export async function readPosition(
  kafka: Kafka,
  settings: KafkaSettings,
  source: string,
  { claim, signal }: { readonly claim?: string; readonly signal?: AbortSignal } = {},
): Promise<PositionState> {
  const topic = positionTopic(settings.topic);
  let text: string | undefined;
  let writer: Claim | undefined;
  const others = new Set<string>();
  await readCommitted(kafka, topic, {
    until: claim === undefined ? 'end' : 'told',
    ...(signal && { signal }),
    visit: ({ key, value }) => {
      const name = key?.toString();
      if (name === source) text = value?.toString();
      else if (name === writerKey(source)) {
        writer = value === null ? undefined : (JSON.parse(value.toString()) as Claim);
        return claim !== undefined && writer?.claim === claim;
      } else if (name !== undefined && !name.endsWith('#writer')) others.add(name);
      return false;
    },
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw kafkaError(error, settings.brokers, topic);
  });
  const position = text === undefined ? undefined : decodePosition(text);
  return { claim: writer, text, position, others: [...others] };
}
