/** Relations behind `df.na` and `df.stat`, and those whose single row is a text for people. */
import type { ExpressionNode } from '../expressions.ts';
import type { LiteralNode } from '../literals.ts';
import type { RelationBase } from './base.ts';
import type { RelationNode } from './index.ts';

export interface FillNaNode extends RelationBase {
  readonly kind: 'fillNa';
  readonly input: RelationNode;
  readonly columns: readonly string[];
  /** One for all columns, or one for each. */
  readonly values: readonly LiteralNode[];
}
export interface DropNaNode extends RelationBase {
  readonly kind: 'dropNa';
  readonly input: RelationNode;
  readonly columns: readonly string[];
  /** Rows with fewer values than this go; undefined: rows with any null go. */
  readonly minNonNulls?: number;
}
export interface ReplaceNode extends RelationBase {
  readonly kind: 'replace';
  readonly input: RelationNode;
  readonly columns: readonly string[];
  readonly replacements: readonly (readonly [LiteralNode, LiteralNode])[];
}
export interface DescribeNode extends RelationBase {
  readonly kind: 'describe';
  readonly input: RelationNode;
  readonly columns: readonly string[];
}
export interface SummaryNode extends RelationBase {
  readonly kind: 'summary';
  readonly input: RelationNode;
  readonly statistics: readonly string[];
}
export interface CrosstabNode extends RelationBase {
  readonly kind: 'crosstab';
  readonly input: RelationNode;
  readonly column1: string;
  readonly column2: string;
}
export interface CovarianceNode extends RelationBase {
  readonly kind: 'covariance';
  readonly input: RelationNode;
  readonly column1: string;
  readonly column2: string;
}
export interface CorrelationNode extends RelationBase {
  readonly kind: 'correlation';
  readonly input: RelationNode;
  readonly column1: string;
  readonly column2: string;
  readonly method: string;
}
export interface ApproxQuantileNode extends RelationBase {
  readonly kind: 'approxQuantile';
  readonly input: RelationNode;
  readonly columns: readonly string[];
  readonly probabilities: readonly number[];
  readonly relativeError: number;
}
export interface FreqItemsNode extends RelationBase {
  readonly kind: 'freqItems';
  readonly input: RelationNode;
  readonly columns: readonly string[];
  readonly support: number;
}
export interface SampleByNode extends RelationBase {
  readonly kind: 'sampleBy';
  readonly input: RelationNode;
  readonly column: ExpressionNode;
  readonly fractions: readonly (readonly [LiteralNode, number])[];
  readonly seed: bigint;
}
export interface ShowStringNode extends RelationBase {
  readonly kind: 'showString';
  readonly input: RelationNode;
  readonly numRows: number;
  /** Cells longer than this are cut; 0: none is. */
  readonly truncate: number;
  readonly vertical: boolean;
}

export type CleanNode =
  | FillNaNode
  | DropNaNode
  | ReplaceNode
  | DescribeNode
  | SummaryNode
  | CrosstabNode
  | CovarianceNode
  | CorrelationNode
  | ApproxQuantileNode
  | FreqItemsNode
  | SampleByNode
  | ShowStringNode;
