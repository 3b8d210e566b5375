import { SparkConnectError } from '../errors.ts';
import { Column, type ColumnOrName, columnExpression, optionalExpression } from '../functions/column.ts';
import { type ExpressionNode, nameNode } from '../plan/expressions.ts';
import { defined, type JoinKind, type RelationNode, relation } from '../plan/relations/index.ts';

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

/**
 * Every way in which Spark can join, by its own names and PySpark's.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.join.html
 */
export type JoinType = keyof typeof joinKinds;
/**
 * What rows are paired by: columns that both sides have, or conditions.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.join.html
 */
export type JoinOn = string | readonly string[] | Column | readonly Column[];

/** @throws SparkConnectError invalid-argument for a join type that Spark does not have, or names mixed with conditions */
export function joinNode(left: RelationNode, right: RelationNode, on?: JoinOn, how: JoinType = 'inner'): RelationNode {
  const joinKind = joinKinds[how];
  if (joinKind === undefined) {
    throw new SparkConnectError('invalid-argument', `no join is called '${how}': ${Object.keys(joinKinds).join(', ')}`);
  }
  const { using, condition } = joinOn(on);
  return relation({ kind: 'join', left, right, joinKind, using, ...defined({ condition }) });
}

/** @throws SparkConnectError invalid-argument for a join type that a lateral join has not */
export function lateralJoinNode(
  left: RelationNode,
  right: RelationNode,
  on: Column | undefined,
  how: JoinType,
): RelationNode {
  const joinKind = joinKinds[how];
  if (!['inner', 'leftOuter', 'cross'].includes(joinKind)) {
    throw new SparkConnectError('invalid-argument', `no lateral join is called '${how}': inner, left, cross`);
  }
  return relation({ kind: 'lateralJoin', left, right, joinKind, ...defined({ condition: optionalExpression(on) }) });
}

/** How each row finds its one partner in an as-of join: the nearest that is not later, or as told here. */
export interface AsOfOptions {
  /** What must be equal besides: column names, or conditions. */
  readonly on?: JoinOn | undefined;
  /** `left` keeps rows that have no partner. Default: inner. */
  readonly how?: 'inner' | 'left' | undefined;
  /** How far the partner may be, e.g. `lit(5)` or an interval. */
  readonly tolerance?: Column | undefined;
  /** Whether an equal value counts. Default: true. */
  readonly allowExactMatches?: boolean | undefined;
  /** The partner before (backward, the default), after (forward), or on either side (nearest). */
  readonly direction?: 'backward' | 'forward' | 'nearest' | undefined;
}

export function asOfJoinNode(
  left: RelationNode,
  right: RelationNode,
  leftAsOf: ColumnOrName,
  rightAsOf: ColumnOrName,
  options: AsOfOptions,
): RelationNode {
  const { on, how = 'inner', tolerance, allowExactMatches = true, direction = 'backward' } = options;
  return relation({
    kind: 'asOfJoin',
    left,
    right,
    leftAsOf: columnOf(left, leftAsOf),
    rightAsOf: columnOf(right, rightAsOf),
    joinType: how,
    allowExactMatches,
    direction,
    ...defined({ ...joinOn(on), tolerance: optionalExpression(tolerance) }),
  });
}

function columnOf(node: RelationNode, column: ColumnOrName): ExpressionNode {
  return typeof column === 'string' ? nameNode(column, node) : columnExpression(column);
}

/** @throws SparkConnectError invalid-argument for names mixed with conditions */
function joinOn(on: JoinOn | undefined): { readonly using: readonly string[]; readonly condition?: ExpressionNode } {
  const conditions: Column[] = [];
  const using: string[] = [];
  const list: readonly (string | Column)[] =
    on === undefined ? [] : typeof on === 'string' || on instanceof Column ? [on] : on;
  for (const item of list) {
    if (typeof item === 'string') using.push(item);
    else conditions.push(new Column(columnExpression(item)));
  }
  if (conditions.length > 0 && using.length > 0) {
    throw new SparkConnectError('invalid-argument', 'a join takes column names or conditions, not both');
  }
  const [first, ...others] = conditions;
  if (first === undefined) return { using };
  return { using, condition: others.reduce((all, next) => all.and(next), first).expression };
}
