import type { Reading } from './contract/index.ts';

/** A row as the driver gives it: id, customerId, heartBeat, bp, recorded_at; null where the table lacks the column. */
export type SourceRow = readonly [
  id: unknown,
  customerId: unknown,
  heartBeat: unknown,
  bp: unknown,
  recordedAt: unknown,
];

const COLUMNS = ['customerId', 'heartBeat', 'bp'] as const;

/** What a row becomes: a reading, or the reason why it cannot be one. */
export type ParsedRow = { readonly reading: Reading } | { readonly problem: string };

/**
 * Takes a row for a reading only when every column holds a 32-bit integer, as the topic's schema says. Nothing is
 * rounded, parsed from text or replaced: a row that is not right must not look right further down.
 */
export function parseRow([, customerId, heartBeat, bp]: SourceRow): ParsedRow {
  if (isInt32(customerId) && isInt32(heartBeat) && isInt32(bp)) return { reading: { customerId, heartBeat, bp } };
  const values = [customerId, heartBeat, bp];
  const problems = COLUMNS.flatMap((column, index) => {
    const value = values[index];
    if (isInt32(value)) return [];
    return [value === null ? `${column} is null` : `${column} is no 32-bit integer`];
  });
  return { problem: problems.join(', ') };
}

/** A row's id as decimal text, or undefined where the table has none. */
export function sourceIdOf([id]: SourceRow): string | undefined {
  return id === null || id === undefined ? undefined : String(id);
}

/** `2026-01-05 08:00:00.000`, in UTC as every connection of ours reads it, as ISO 8601. */
export function recordedAtOf(row: SourceRow): string | undefined {
  const recordedAt = row[4];
  return typeof recordedAt === 'string' ? `${recordedAt.slice(0, 10)}T${recordedAt.slice(11)}Z` : undefined;
}

function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}
