/** A row to send, by its columns' names. */
export type InputRecord = Readonly<Record<string, unknown>>;

const NO_RECORDS = [Array, Map, Set, Date, ArrayBuffer];

/** Whether something has its values by name, as plain objects and those of a program's own classes have. */
export function isRecord(value: unknown): value is InputRecord {
  if (typeof value !== 'object' || value === null) return false;
  if (isPlain(value)) return true;
  return !NO_RECORDS.some((noRecord) => value instanceof noRecord) && !ArrayBuffer.isView(value);
}

/** Whether an object is of no class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
