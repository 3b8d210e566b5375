/** The vital signs of one patient at one moment, as they travel through the topic. */
export interface Reading {
  readonly customerId: number;
  /** Beats per minute. */
  readonly heartBeat: number;
  /** Systolic pressure, mmHg. */
  readonly bp: number;
}

/** Where a message comes from; travels beside the value, so that the value stays what consumers know. */
export interface ReadingOrigin {
  /** id of the row in the source table, as decimal text. */
  readonly sourceId: string | undefined;
  /** When the monitor took it: ISO 8601, UTC. */
  readonly recordedAt: string | undefined;
}

/** A message as the Kafka client takes it. */
export interface ReadingMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

export const SOURCE_ID_HEADER = 'source_id';
export const RECORDED_AT_HEADER = 'recorded_at';

/**
 * The value of a message: `{"heartBeat":69,"bp":168,"customerId":3}`, these keys in this order and no space.
 * Byte for byte a contract: consumers may compare values as text.
 */
export function encodeReading({ heartBeat, bp, customerId }: Reading): string {
  return `{"heartBeat":${heartBeat},"bp":${bp},"customerId":${customerId}}`;
}

/** Key, value and headers of a reading's message. The key is the patient, so each patient's readings keep their order. */
export function readingMessage(reading: Reading, { sourceId, recordedAt }: ReadingOrigin): ReadingMessage {
  const headers: Record<string, string> = {};
  if (sourceId !== undefined) headers[SOURCE_ID_HEADER] = sourceId;
  if (recordedAt !== undefined) headers[RECORDED_AT_HEADER] = recordedAt;
  return { key: String(reading.customerId), value: encodeReading(reading), headers };
}
