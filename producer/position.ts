import { z } from 'zod';
import type { Gap } from './gaps.ts';

/**
 * How far a table has been read into a topic. It is a record in a compacted topic, written in the Kafka transaction
 * that holds the readings themselves, so the two can never disagree.
 *
 * Value, as JSON: `{"version":1,"after":"1800","gaps":[["1795","1796",420]],"writer":"…","number":7,"at":"…"}`
 *   after    highest id that was handled, as text, for it may be longer than a number is exact
 *   gaps     first and last id of each gap below, and for how many milliseconds it has been open while a producer ran
 *   writer   the producer process, and number the count of its transactions: no two records are the same text
 */
export interface SourcePosition {
  readonly after: bigint;
  readonly gaps: readonly OpenGap[];
}

/** Time in which no producer runs does not count: nobody looked. */
export interface OpenGap {
  readonly from: bigint;
  readonly to: bigint;
  readonly openMs: number;
}

/** Which transaction wrote a position. */
export interface PositionWriter {
  readonly writer: string;
  readonly number: number;
}

/** Before the first row. */
export const START_POSITION: SourcePosition = { after: 0n, gaps: [] };

const id = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);
const recordSchema = z.object({
  version: z.literal(1),
  after: id,
  gaps: z.array(z.tuple([id, id, z.number().nonnegative()])),
});

export function encodePosition({ after, gaps }: SourcePosition, { writer, number }: PositionWriter, at: Date): string {
  return JSON.stringify({
    version: 1,
    after: String(after),
    gaps: gaps.map(({ from, to, openMs }) => [String(from), String(to), Math.floor(openMs)]),
    writer,
    number,
    at: at.toISOString(),
  });
}

/** @returns undefined for text that is no position of this version */
export function decodePosition(text: string): SourcePosition | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = recordSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { after, gaps } = parsed.data;
  return { after, gaps: gaps.map(([from, to, openMs]) => ({ from, to, openMs })) };
}

/** The open gaps of a position, with their age on this process's clock. */
export function gapsSince({ gaps }: SourcePosition, now: number): readonly Gap[] {
  return gaps.map(({ from, to, openMs }) => ({ from, to, since: now - openMs }));
}

export function positionOf(after: bigint, gaps: readonly Gap[], now: number): SourcePosition {
  return { after, gaps: gaps.map(({ from, to, since }) => ({ from, to, openMs: Math.max(0, now - since) })) };
}
