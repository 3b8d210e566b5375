import type { RelationNode } from './relations/index.ts';

/** A plan of hundreds of steps is not shown whole. */
const MOST_STEPS = 8;

/** The steps of a plan for people, the last one first: `project, filter, range`. */
export function relationText(node: RelationNode): string {
  const steps: string[] = [];
  let next: RelationNode | undefined = node;
  while (next !== undefined && steps.length < MOST_STEPS) {
    steps.push(next.kind);
    next = 'input' in next ? next.input : undefined;
  }
  return [...steps, ...(next === undefined ? [] : ['…'])].join(', ');
}
