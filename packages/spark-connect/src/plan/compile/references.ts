/**
 * Subqueries refer to a relation by its id; the relation itself travels beside the one whose expressions use it. While a
 * relation's own expressions are compiled, this file collects what they refer to.
 */
import type { RelationNode } from '../relations/index.ts';

/** One set for each relation that is being compiled, the innermost last: the compiler is synchronous. */
const collecting: Set<RelationNode>[] = [];

export function collectReferences<T>(compile: () => T): { readonly result: T; readonly references: RelationNode[] } {
  const references = new Set<RelationNode>();
  collecting.push(references);
  try {
    return { result: compile(), references: [...references] };
  } finally {
    collecting.pop();
  }
}

/** Outside of any relation (an expression compiled alone) there is nothing to travel beside. */
export function refer(relation: RelationNode): void {
  collecting.at(-1)?.add(relation);
}
