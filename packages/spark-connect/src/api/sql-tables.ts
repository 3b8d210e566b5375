import { randomUUID } from 'node:crypto';
import { invalid } from '../errors.ts';
import { type RelationNode, relation } from '../plan/relations/index.ts';

/**
 * Puts relations in the place of `{name}` in a statement, each under an alias of its own: while the server runs it, they are temporary views, which would
 * take the place of others of the same name.
 *
 * @throws SparkConnectError invalid-argument for a name that the statement has not
 */
export function placeTables(
  query: string,
  tables: readonly (readonly [string, RelationNode])[],
): { readonly query: string; readonly tables: readonly RelationNode[] } {
  let placed = query;
  const aliases = tables.map(([name, input]) => {
    const place = `{${name}}`;
    if (!query.includes(place)) throw invalid(`the statement has no ${place} for the DataFrame of that name`);
    const alias = `table_${randomUUID().replaceAll('-', '')}`;
    placed = placed.replaceAll(place, alias);
    return relation({ kind: 'subqueryAlias', input, alias });
  });
  return { query: placed, tables: aliases };
}
