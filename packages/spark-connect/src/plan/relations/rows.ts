/** Relations that choose, order or distribute the rows of their input; the columns stay. */
import type { ExpressionNode, SortOrderNode } from '../expressions.ts';
import type { RelationBase } from './base.ts';
import type { RelationNode } from './index.ts';

export interface FilterNode extends RelationBase {
  readonly kind: 'filter';
  readonly input: RelationNode;
  readonly condition: ExpressionNode;
}
export interface SortNode extends RelationBase {
  readonly kind: 'sort';
  readonly input: RelationNode;
  readonly order: readonly SortOrderNode[];
  /** False: within each partition only. */
  readonly global: boolean;
}
export interface LimitNode extends RelationBase {
  readonly kind: 'limit';
  readonly input: RelationNode;
  readonly limit: number;
}
export interface OffsetNode extends RelationBase {
  readonly kind: 'offset';
  readonly input: RelationNode;
  readonly offset: number;
}
export interface TailNode extends RelationBase {
  readonly kind: 'tail';
  readonly input: RelationNode;
  readonly limit: number;
}
export interface DeduplicateNode extends RelationBase {
  readonly kind: 'deduplicate';
  readonly input: RelationNode;
  /** Empty: all columns are the key. */
  readonly columns: readonly string[];
  readonly withinWatermark: boolean;
}
export interface SampleNode extends RelationBase {
  readonly kind: 'sample';
  readonly input: RelationNode;
  readonly lowerBound: number;
  readonly upperBound: number;
  readonly withReplacement: boolean;
  readonly seed: bigint;
  readonly deterministicOrder: boolean;
}
export interface RepartitionNode extends RelationBase {
  readonly kind: 'repartition';
  readonly input: RelationNode;
  readonly numPartitions: number;
  /** False: `coalesce`, which only merges partitions. */
  readonly shuffle: boolean;
}
export interface RepartitionByExpressionNode extends RelationBase {
  readonly kind: 'repartitionByExpression';
  readonly input: RelationNode;
  readonly expressions: readonly ExpressionNode[];
  readonly numPartitions?: number;
}

export type RowsNode =
  | FilterNode
  | SortNode
  | LimitNode
  | OffsetNode
  | TailNode
  | DeduplicateNode
  | SampleNode
  | RepartitionNode
  | RepartitionByExpressionNode;
