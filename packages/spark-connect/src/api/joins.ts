import { SparkConnectError } from '../errors.ts';
import { Column } from '../functions/column.ts';
import { type JoinKind, type RelationNode, relation } from '../plan/relations/index.ts';

/** The names that Spark knows for a join, with or without underscores. */
const joinKinds = {
  inner: 'inner',
  cross: 'cross',
  outer: 'fullOuter',
  full: 'fullOuter',
  fullouter: 'fullOuter',
  full_outer: 'fullOuter',
  left: 'leftOuter',
  leftouter: 'leftOuter',
  left_outer: 'leftOuter',
  right: 'rightOuter',
  rightouter: 'rightOuter',
  right_outer: 'rightOuter',
  semi: 'leftSemi',
  leftsemi: 'leftSemi',
  left_semi: 'leftSemi',
  anti: 'leftAnti',
  leftanti: 'leftAnti',
  left_anti: 'leftAnti',
} as const satisfies Readonly<Record<string, JoinKind>>;

export type JoinType = keyof typeof joinKinds;
export type JoinOn = string | readonly string[] | Column | readonly Column[];

/** @throws SparkConnectError invalid-argument for a join type that Spark does not have, or names mixed with conditions */
export function joinNode(left: RelationNode, right: RelationNode, on?: JoinOn, how: JoinType = 'inner'): RelationNode {
  const joinKind = joinKinds[how];
  if (joinKind === undefined) {
    throw new SparkConnectError('invalid-argument', `no join is called '${how}': ${Object.keys(joinKinds).join(', ')}`);
  }
  const conditions: Column[] = [];
  const using: string[] = [];
  const list: readonly (string | Column)[] =
    on === undefined ? [] : typeof on === 'string' || on instanceof Column ? [on] : on;
  for (const item of list) {
    if (typeof item === 'string') using.push(item);
    else conditions.push(item);
  }
  if (conditions.length > 0 && using.length > 0) {
    throw new SparkConnectError('invalid-argument', 'a join takes column names or conditions, not both');
  }
  const [first, ...others] = conditions;
  const base = { kind: 'join', left, right, joinKind, using } as const;
  if (first === undefined) return relation(base);
  return relation({ ...base, condition: others.reduce((all, next) => all.and(next), first).expression });
}
