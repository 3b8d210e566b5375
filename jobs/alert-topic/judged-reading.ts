import { z } from 'zod';
import { ATTRIBUTES, type Attribute } from '../alerts/limits.ts';

/*
 * A message of the alerts' topic. Key: the patient's id. Partition: that of the reading, so that each partition of readings keeps
 * its order, duplicates aside: Spark writes a message again when it repeats a batch. Value, in JSON:
 *   {"topic":"patient-vital-info","partition":0,"offset":17,"at":1767225600000,
 *    "customerId":3,"heartBeat":69,"bp":240,"out":["bp"],"limits":"0123456789abcdef"}
 * topic, partition and offset are the reading's; at is Kafka's time of it, in milliseconds since the epoch.
 */

/** A reading with what Spark has found out of limits. */
export interface JudgedReading {
  /** Of the reading, and not of this message. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly atMs: number;
  readonly customerId: number;
  readonly heartBeat: number;
  readonly bp: number;
  readonly out: readonly Attribute[];
  /** Names the limits that it was judged by: `bandsFingerprint` of limits-directory.ts. */
  readonly limits: string;
}

const number = z.number().int();
const MESSAGE = z.object({
  topic: z.string(),
  partition: number,
  offset: number,
  at: number,
  customerId: number,
  heartBeat: number,
  bp: number,
  out: z.array(z.enum(ATTRIBUTES)),
  limits: z.string(),
});

/** Undefined for what is no message of ours. */
export function decodeJudged(value: Buffer | null): JudgedReading | undefined {
  if (value === null) return undefined;
  try {
    const { offset, at, ...rest } = MESSAGE.parse(JSON.parse(value.toString('utf8')));
    return { ...rest, offset: BigInt(offset), atMs: at };
  } catch {
    return undefined;
  }
}
