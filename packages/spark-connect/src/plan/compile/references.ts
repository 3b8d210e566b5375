/**
 * Subqueries refer to a relation by its id; the relation itself travels beside the one whose expressions use it. While a
 * relation's own expressions are compiled, this file collects what they refer to.
 */
import type { Relation } from '../../gen/spark/connect/relations_pb.js';
import type { RelationNode } from '../relations/index.ts';
import type { CompileRelation } from './compilers.ts';

interface Collecting {
  readonly compileRelation: CompileRelation;
  readonly references: Map<RelationNode, Relation>;
}

/** One for each relation that is being compiled, the innermost last: the compiler is synchronous. */
const collecting: Collecting[] = [];

/** @param compileRelation how what is referred to is compiled */
export function collectReferences<T>(
  compile: () => T,
  compileRelation: CompileRelation,
): { readonly result: T; readonly references: Relation[] } {
  const references = new Map<RelationNode, Relation>();
  collecting.push({ compileRelation, references });
  try {
    return { result: compile(), references: [...references.values()] };
  } finally {
    collecting.pop();
  }
}

/**
 * Lets a relation travel beside the one that is being compiled; once, however often it is referred to.
 *
 * @returns the id that the server finds it by: not its own where it brings relations along itself
 */
export function refer(relation: RelationNode): bigint {
  const innermost = collecting.at(-1);
  // Outside of any relation (an expression compiled alone) there is nothing to travel beside.
  if (innermost === undefined) return relation.planId;
  const { references, compileRelation } = innermost;
  const compiled = references.get(relation) ?? compileRelation(relation);
  references.set(relation, compiled);
  return compiled.common?.planId ?? relation.planId;
}
