/** Compares expressions as protobuf's JSON writes them. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * An expression in short: `lpad(c0, 3:integer, "x":string)`. Two that read the same mean the same to the server.
 *
 * @param seeded the function draws at random: its seed reads `seed`
 */
export function inShort(expression: unknown, seeded: boolean): string {
  const { unresolvedFunction: call, unresolvedAttribute: name, literal, ...rest } = expression as Record<string, Json>;
  if (name !== undefined) return String((name as { unparsedIdentifier: string }).unparsedIdentifier);
  if (literal !== undefined) {
    const [[type, value] = []] = Object.entries(literal as object);
    return seeded && type === 'long' ? 'seed' : `${JSON.stringify(value)}:${type}`;
  }
  if (call === undefined) return JSON.stringify(withoutDefaults(rest));
  const {
    functionName,
    isDistinct,
    arguments: args = [],
  } = call as {
    functionName: string;
    isDistinct?: boolean;
    arguments?: Json[];
  };
  const inner = args.map((arg) => inShort(arg, seeded)).join(', ');
  return `${functionName}(${isDistinct ? 'distinct ' : ''}${inner})`;
}

/** Whether PySpark only says what the server assumes anyway: our call, and literals behind it. */
export function addsDefaults(ours: string, theirs: string): boolean {
  const open = ours.slice(0, -1);
  if (!theirs.startsWith(open)) return false;
  const more = theirs.slice(open.length, -1).replace(/^, /, '');
  return more
    .split(/, (?=["{\d-]|true|false)/)
    .every((part) => /:(string|boolean|integer|decimal|null)$/.test(part) || part === 'seed');
}

function withoutDefaults(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutDefaults);
  if (json === null || typeof json !== 'object') return json;
  const kept = Object.entries(json).filter(
    ([, value]) => value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutDefaults(value)]));
}
