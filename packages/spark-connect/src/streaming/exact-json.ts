import { randomUUID } from 'node:crypto';

/** A number as the JSON has it, digit by digit. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

// A text or a number, so that no digits within a text are taken for a number.
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
// A key that no server's JSON has.
const MARK = randomUUID();

/** JSON.parse that loses no digits, which Node 20 cannot tell of: every number is a {@link JsonNumber}. */
export function parseExactJson(json: string): unknown {
  const marked = json.replace(TOKEN, (token) => (token.startsWith('"') ? token : `{"${MARK}":"${token}"}`));
  return JSON.parse(marked, (_key, value: unknown) =>
    isJsonObject(value) && MARK in value ? new JsonNumber(String(value[MARK])) : value,
  );
}

/** The same with numbers as JavaScript has them. */
export function withPlainNumbers(value: unknown): unknown {
  return mapNumbers(value, ({ text }) => Number(text));
}

/** The same with something else in the place of every number. */
export function mapNumbers(value: unknown, convert: (number: JsonNumber) => unknown): unknown {
  if (value instanceof JsonNumber) return convert(value);
  if (Array.isArray(value)) return value.map((each) => mapNumbers(each, convert));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapNumbers(each, convert)]));
}

/** The JSON text of a value, every number with its digits. */
export function exactJsonText(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(exactJsonText).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${exactJsonText(each)}`);
  return `{${members.join(',')}}`;
}

/** Whether it is an object of JSON, with members. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}
