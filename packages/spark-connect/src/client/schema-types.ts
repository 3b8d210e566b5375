// {"type":"struct","fields":[{"name":…,"type":T,"metadata":{…}}]} · {"type":"array","elementType":T} · {"type":"map","keyType":T,"valueType":T}

/** Where a column's metadata keep its collations: its JSON itself says `string`. */
const COLLATIONS_KEY = '__COLLATIONS';

/** The types in the JSON of a schema, by the names of the messages that plans have for them; a collation is `collation`. */
export function typesInSchema(schema: string): ReadonlySet<string> {
  const found = new Set<string>();
  // A schema may also be DDL text, of another maker.
  if (schema.startsWith('{')) collect(JSON.parse(schema), found);
  return found;
}

function collect(json: unknown, found: Set<string>): void {
  if (typeof json === 'string') collectAtom(json, found);
  if (typeof json !== 'object' || json === null) return;
  const { type, fields, elementType, keyType, valueType, sqlType, metadata }: Readonly<Record<string, unknown>> = {
    ...json,
  };
  for (const inner of [type, elementType, keyType, valueType, sqlType]) collect(inner, found);
  if (Array.isArray(fields)) for (const field of fields) collect(field, found);
  if (typeof metadata === 'object' && metadata !== null && COLLATIONS_KEY in metadata) found.add('collation');
}

function collectAtom(name: string, found: Set<string>): void {
  const [, word = ''] = /^(\w+)/.exec(name) ?? [];
  if (name.startsWith('string collate ')) found.add('collation');
  found.add(`DataType.${word.charAt(0).toUpperCase()}${word.slice(1)}`);
}
