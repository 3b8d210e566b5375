import { shorten } from './text.ts';

/** The name of each value class, by its prototype. Given, not read off the class: bundlers change that one. */
const NAMES = new Map<object, string>();

/** How Node's console asks an object for its text; a name in node:util, which this spares. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Lets console.log print a class's values by their text, e.g. `LocalDate(2026-02-03)`, alone and in rows. */
export function showAsText(valueClass: { readonly prototype: object }, name: string): void {
  NAMES.set(valueClass.prototype, name);
  Object.defineProperty(valueClass.prototype, INSPECT, {
    value(this: object) {
      return `${name}(${textOf(this)})`;
    },
  });
}

/** A value class's name and text, the text shortened; undefined for other objects. */
export function shown(value: object, limit: number): string | undefined {
  const name = NAMES.get(Object.getPrototypeOf(value));
  return name && `${name}(${shorten(textOf(value), limit)})`;
}

function textOf(value: object): string {
  try {
    return String(value);
  } catch {
    // A variant of bytes that are none: what prints a row must not fail for it.
    return 'unreadable';
  }
}
