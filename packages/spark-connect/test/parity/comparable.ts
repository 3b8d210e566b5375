import type { Json } from '../helpers/plans.ts';

/** Who sent it and from which line of a program: not what is asked for. */
const context = new Set(['sessionId', 'clientType', 'clientObservedServerSideSessionId', 'origin', 'userContext']);
/** What a field says when it is not there: one client writes it, the other does not. */
const assumed: Readonly<Record<string, Json>> = { isMetadataColumn: false, schema: '', collation: 'UTF8_BINARY' };

/**
 * A message as a text that two clients share where they mean the same: ids of plans and variables of lambdas are counted as they turn up, keys are
 * sorted, and refusals are alike whatever they say.
 */
export function comparable(message: Json): string {
  const planIds = new Map<Json | undefined, string>();
  const numbered = (id: Json): Json => {
    if (Array.isArray(id)) return id.map(numbered);
    if (!planIds.has(id)) planIds.set(id, `plan ${planIds.size}`);
    return planIds.get(id) ?? id;
  };

  /** @param variables those of the lambdas around it, by their names */
  const plain = (json: Json, variables: ReadonlyMap<string, string>): Json => {
    if (Array.isArray(json)) return json.map((item) => plain(item, variables));
    if (typeof json === 'string') return json.startsWith('{"') ? plain(JSON.parse(json) as Json, variables) : json;
    if (json === null || typeof json !== 'object') return json;
    if ('refused' in json) return 'refused';
    if ('nameParts' in json) return variables.get(String(json.nameParts)) ?? json;
    const inner =
      'lambdaFunction' in json ? withArguments(variables, json.lambdaFunction as unknown as Lambda) : variables;
    const entries = Object.entries(json)
      .filter(([key, value]) => !context.has(key) && value !== assumed[key])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, /^planIds?$/.test(key) ? numbered(value) : plain(value, inner)] as const);
    return Object.fromEntries(entries.filter(([key, value]) => key !== 'common' || JSON.stringify(value) !== '{}'));
  };
  return JSON.stringify(plain(message, new Map()));
}

interface Lambda {
  readonly arguments: readonly { readonly nameParts: Json }[];
}

/** With a lambda's own variables, which may have the names of those around it. */
function withArguments(variables: ReadonlyMap<string, string>, lambda: Lambda): ReadonlyMap<string, string> {
  const own = lambda.arguments.map(
    ({ nameParts }, i) => [String(nameParts), `variable ${variables.size + i}`] as const,
  );
  return new Map([...variables, ...own]);
}
