import { isJsonObject, JsonNumber, mapNumbers } from './exact-json.ts';

/** The metrics of one `DataFrame.observe`, by their names. */
export type ObservedMetrics = Readonly<Record<string, unknown>>;

type JsonType = string | { readonly [key: string]: unknown };

/** A row as `lastProgress` has it, and Spark 3.5 throughout; to listeners, Spark 4 sends an object by name. */
interface RowWithSchema {
  readonly values: readonly unknown[];
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: JsonType }[] };
}

/**
 * Observed metrics in one form, whichever way they came. Where there is no schema, a number's type can only be told from its
 * digits; so that both ways give the same, it is told so with a schema too.
 */
export function readObservedMetrics(reported: Readonly<Record<string, unknown>>): Record<string, ObservedMetrics> {
  const entries = Object.entries(reported).map(([name, row]) => [name, readValue(row) as ObservedMetrics] as const);
  return Object.fromEntries(entries);
}

function readValue(value: unknown): unknown {
  return isRowWithSchema(value) ? readRow(value) : mapNumbers(value, exactNumber);
}

function readRow({ values, schema }: RowWithSchema): Record<string, unknown> {
  return Object.fromEntries(schema.fields.map(({ name, type }, i) => [name, readTyped(values[i] ?? null, type)]));
}

function readTyped(value: unknown, type: JsonType): unknown {
  if (typeof type === 'string')
    return value instanceof JsonNumber && PLAIN.has(type) ? Number(value.text) : readValue(value);
  if (type.type === 'array' && Array.isArray(value))
    return value.map((each) => readTyped(each, type.elementType as JsonType));
  if (type.type === 'map' && isJsonObject(value)) return readMap(value, type);
  return readValue(value);
}

// Doubles, and points of time that Spark gives in milliseconds.
const PLAIN: ReadonlySet<string> = new Set(['float', 'double', 'date', 'timestamp']);
const WHOLE: ReadonlySet<string> = new Set(['byte', 'short', 'integer', 'long']);

/** Keys that are no texts make a list of entries, as Spark 4 sends them to listeners. */
function readMap(map: Readonly<Record<string, unknown>>, { keyType, valueType }: { readonly [key: string]: unknown }) {
  const entries = Object.entries(map).map(([key, value]) => [key, readTyped(value, valueType as JsonType)] as const);
  if (keyType === 'string') return Object.fromEntries(entries);
  const isWhole = typeof keyType === 'string' && WHOLE.has(keyType);
  return entries.map(([key, value]) => ({ key: isWhole ? BigInt(key) : key, value }));
}

/** Whole ones are bigints; others numbers, or texts where a number would lose digits. `Decimal.from` takes all of them. */
function exactNumber({ text }: JsonNumber): bigint | number | string {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  const number = Number(text);
  return significant(String(number)) === significant(text) ? number : text;
}

/** A number's digits and their power of ten, the same for `1.10`, `1.1` and `11E-1`. */
function significant(text: string): string | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + digits.length - kept.length;
  return kept === '' ? '0' : `${sign}${kept}e${power}`;
}

function isRowWithSchema(value: unknown): value is RowWithSchema {
  return (
    isJsonObject(value) &&
    Array.isArray(value.values) &&
    isJsonObject(value.schema) &&
    value.schema.type === 'struct' &&
    Array.isArray(value.schema.fields)
  );
}
