/** Relations of two inputs, and grouping. */
import type { ExpressionNode } from '../expressions.ts';
import type { LiteralNode } from '../literals.ts';
import type { RelationBase } from './base.ts';
import type { RelationNode } from './index.ts';

export type JoinKind = 'inner' | 'cross' | 'fullOuter' | 'leftOuter' | 'rightOuter' | 'leftSemi' | 'leftAnti';

export interface JoinNode extends RelationBase {
  readonly kind: 'join';
  readonly left: RelationNode;
  readonly right: RelationNode;
  readonly joinKind: JoinKind;
  readonly condition?: ExpressionNode;
  /** Columns of the same name on both sides; they appear once in the result. */
  readonly using: readonly string[];
}
export interface SetOperationNode extends RelationBase {
  readonly kind: 'setOperation';
  readonly left: RelationNode;
  readonly right: RelationNode;
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly byName: boolean;
  readonly allowMissingColumns: boolean;
}
export interface Pivot {
  readonly column: ExpressionNode;
  /** Empty: the server looks the values up first. */
  readonly values: readonly LiteralNode[];
}
export interface AggregateNode extends RelationBase {
  readonly kind: 'aggregate';
  readonly input: RelationNode;
  readonly groupType: 'groupBy' | 'rollup' | 'cube' | 'pivot' | 'groupingSets';
  readonly grouping: readonly ExpressionNode[];
  readonly aggregates: readonly ExpressionNode[];
  readonly pivot?: Pivot;
  readonly groupingSets?: readonly (readonly ExpressionNode[])[];
}

/** Each row of the left joined with the rows that the right makes of it. */
export interface LateralJoinNode extends RelationBase {
  readonly kind: 'lateralJoin';
  readonly left: RelationNode;
  readonly right: RelationNode;
  readonly joinKind: JoinKind;
  readonly condition?: ExpressionNode;
}
/** Each row of the left joined with the one row of the right that is nearest in an ordered column. */
export interface AsOfJoinNode extends RelationBase {
  readonly kind: 'asOfJoin';
  readonly left: RelationNode;
  readonly right: RelationNode;
  readonly leftAsOf: ExpressionNode;
  readonly rightAsOf: ExpressionNode;
  readonly condition?: ExpressionNode;
  readonly using: readonly string[];
  readonly joinType: 'inner' | 'left';
  readonly tolerance?: ExpressionNode;
  readonly allowExactMatches: boolean;
  readonly direction: 'backward' | 'forward' | 'nearest';
}

export type CombineNode = JoinNode | LateralJoinNode | AsOfJoinNode | SetOperationNode | AggregateNode;
