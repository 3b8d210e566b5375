/** What a sign behind a backslash stands for; others stand for themselves. `\%` and `\_` are left to LIKE, as in Spark. */
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
  '%': '\\%',
  _: '\\_',
};

const ESCAPE = /''|""|\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|([01][0-7]{2})|(.))/gsu;

/**
 * What a literal of SQL says: `'it''s \u0041'`, or `r'C:\n'`, in which nothing is escaped.
 *
 * @throws RangeError for an escape of no character
 */
export function unquote(literal: string): string {
  if (/^r/i.test(literal)) return literal.slice(2, -1);
  const quote = literal.charAt(0);
  return literal.slice(1, -1).replace(ESCAPE, (whole, unit?: string, point?: string, octal?: string, sign?: string) => {
    if (sign !== undefined) return ESCAPES[sign] ?? sign;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    const hex = unit ?? point;
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return whole.startsWith(quote) ? quote : whole;
  });
}
