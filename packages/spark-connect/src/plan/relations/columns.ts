/** Relations that change the columns of their input, one row in, one row out. */
import type { DataType } from '../../types/index.ts';
import type { AliasNode, ExpressionNode } from '../expressions.ts';
import type { RelationBase } from './base.ts';
import type { RelationNode } from './index.ts';

export interface ProjectNode extends RelationBase {
  readonly kind: 'project';
  readonly input: RelationNode;
  readonly expressions: readonly ExpressionNode[];
}
export interface WithColumnsNode extends RelationBase {
  readonly kind: 'withColumns';
  readonly input: RelationNode;
  readonly aliases: readonly AliasNode[];
}
export interface WithColumnsRenamedNode extends RelationBase {
  readonly kind: 'withColumnsRenamed';
  readonly input: RelationNode;
  /** [existing, new], applied in this order. */
  readonly renames: readonly (readonly [string, string])[];
}
export interface DropNode extends RelationBase {
  readonly kind: 'drop';
  readonly input: RelationNode;
  readonly columns: readonly ExpressionNode[];
  readonly names: readonly string[];
}
export interface ToDFNode extends RelationBase {
  readonly kind: 'toDF';
  readonly input: RelationNode;
  readonly names: readonly string[];
}
export interface ToSchemaNode extends RelationBase {
  readonly kind: 'toSchema';
  readonly input: RelationNode;
  readonly schema: DataType;
}
export interface SubqueryAliasNode extends RelationBase {
  readonly kind: 'subqueryAlias';
  readonly input: RelationNode;
  readonly alias: string;
}
export interface WithWatermarkNode extends RelationBase {
  readonly kind: 'withWatermark';
  readonly input: RelationNode;
  readonly eventTime: string;
  readonly delayThreshold: string;
}
export interface CollectMetricsNode extends RelationBase {
  readonly kind: 'collectMetrics';
  readonly input: RelationNode;
  readonly name: string;
  readonly metrics: readonly ExpressionNode[];
}
export interface HintNode extends RelationBase {
  readonly kind: 'hint';
  readonly input: RelationNode;
  readonly name: string;
  readonly parameters: readonly ExpressionNode[];
}
export interface UnpivotNode extends RelationBase {
  readonly kind: 'unpivot';
  readonly input: RelationNode;
  readonly ids: readonly ExpressionNode[];
  /** Undefined: every column that is no id. */
  readonly values?: readonly ExpressionNode[];
  readonly variableColumnName: string;
  readonly valueColumnName: string;
}
export interface TransposeNode extends RelationBase {
  readonly kind: 'transpose';
  readonly input: RelationNode;
  readonly indexColumns: readonly ExpressionNode[];
}

export type ColumnsNode =
  | ProjectNode
  | WithColumnsNode
  | WithColumnsRenamedNode
  | DropNode
  | ToDFNode
  | ToSchemaNode
  | SubqueryAliasNode
  | WithWatermarkNode
  | CollectMetricsNode
  | HintNode
  | UnpivotNode
  | TransposeNode;
