/** A row to send, by its columns' names. */
export type InputRecord = Readonly<Record<string, unknown>>;

/** Whether something has its values by name, as plain objects and those of a program's own classes have. */
export function isRecord(value: unknown): value is InputRecord {
  if (typeof value !== 'object' || value === null) return false;
  return !NO_RECORDS.some((noRecord) => value instanceof noRecord) && !ArrayBuffer.isView(value);
}

const NO_RECORDS = [Array, Map, Set, Date, ArrayBuffer];
