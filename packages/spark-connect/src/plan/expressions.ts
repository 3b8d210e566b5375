/**
 * Expression records: what a column computes, as frozen plain data. `compile/expression.ts` turns them into protobuf.
 *
 * @see https://spark.apache.org/docs/latest/spark-connect-overview.html (expressions.proto in Spark's connect module).
 */
import { invalid } from '../errors.ts';
import type { DataType } from '../types/index.ts';
import type { LiteralNode } from './literals.ts';
import type { RelationNode } from './relations/index.ts';

export interface AttributeNode {
  readonly kind: 'attribute';
  readonly name: string;
  /** The relation that `df.col(name)` was taken from; without it Spark resolves by name alone. */
  readonly planId?: bigint;
  readonly metadataColumn?: boolean;
}
export interface StarNode {
  readonly kind: 'star';
  /** `a.b.*`, or undefined for all columns. */
  readonly target?: string;
  readonly planId?: bigint;
}
export interface RegexNode {
  readonly kind: 'regex';
  readonly pattern: string;
  readonly planId?: bigint;
}
export interface FunctionNode {
  readonly kind: 'function';
  readonly name: string;
  readonly args: readonly ExpressionNode[];
  readonly distinct: boolean;
  /** Spark-internal functions live in a registry of their own (4.0 and later). */
  readonly internal: boolean;
}
/** A function called by its (possibly qualified) catalog name. */
export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly ExpressionNode[];
}
export interface CastNode {
  readonly kind: 'cast';
  readonly child: ExpressionNode;
  /** A data type, or text that the server parses. */
  readonly to: DataType | string;
  readonly mode: 'default' | 'try';
}
export interface AliasNode {
  readonly kind: 'alias';
  readonly child: ExpressionNode;
  /** More than one name for generators such as `explode` of a map. */
  readonly names: readonly string[];
  /** JSON text of an object. */
  readonly metadata?: string;
}
export interface SortOrderNode {
  readonly kind: 'sortOrder';
  readonly child: ExpressionNode;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last';
}
export type FrameBoundary =
  | { readonly at: 'currentRow' }
  | { readonly at: 'unbounded' }
  | { readonly at: 'value'; readonly value: ExpressionNode };
export interface WindowFrame {
  readonly type: 'rows' | 'range';
  readonly lower: FrameBoundary;
  readonly upper: FrameBoundary;
}
export interface WindowNode {
  readonly kind: 'window';
  readonly function: ExpressionNode;
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly SortOrderNode[];
  readonly frame?: WindowFrame;
}
export interface LambdaVariableNode {
  readonly kind: 'lambdaVariable';
  readonly name: string;
}
export interface LambdaNode {
  readonly kind: 'lambda';
  readonly body: ExpressionNode;
  readonly parameters: readonly LambdaVariableNode[];
}
/** SQL text, parsed by the server. */
export interface SqlExpressionNode {
  readonly kind: 'sqlExpression';
  readonly sql: string;
}
/** An element of an array, a value of a map or a field of a struct. */
export interface ExtractNode {
  readonly kind: 'extract';
  readonly child: ExpressionNode;
  readonly extraction: ExpressionNode;
}
/** Sets a struct's field, or drops it when there is no value. */
export interface UpdateFieldNode {
  readonly kind: 'updateField';
  readonly struct: ExpressionNode;
  readonly field: string;
  readonly value?: ExpressionNode;
}

/** A DataFrame used inside an expression; the compiler sends its plan along with the relation around it. */
export interface SubqueryNode {
  readonly kind: 'subquery';
  readonly relation: RelationNode;
  readonly use: SubqueryUse;
}
export type SubqueryUse =
  | { readonly as: 'scalar' }
  | { readonly as: 'exists' }
  | { readonly as: 'in'; readonly values: readonly ExpressionNode[] }
  | {
      readonly as: 'table';
      readonly partitionBy: readonly ExpressionNode[];
      readonly orderBy: readonly SortOrderNode[];
      readonly singlePartition: boolean;
    };
/** The number of the partition that a row goes to, as it is: no hash is made of it. */
export interface PartitionIdNode {
  readonly kind: 'partitionId';
  readonly child: ExpressionNode;
}

/** A function of Python that Spark's workers run for each row; text in, text out. */
export interface PythonFunctionNode {
  readonly kind: 'pythonFunction';
  readonly name: string;
  /** A pickle of the pair (function, type of its answer). */
  readonly command: Uint8Array;
  /** `major.minor` of the Python that the pickle is for: Spark refuses it in another one. */
  readonly version: string;
  readonly args: readonly ExpressionNode[];
}

export type ExpressionNode =
  | LiteralNode
  | AttributeNode
  | StarNode
  | RegexNode
  | FunctionNode
  | CallNode
  | CastNode
  | AliasNode
  | SortOrderNode
  | WindowNode
  | LambdaVariableNode
  | LambdaNode
  | SqlExpressionNode
  | ExtractNode
  | UpdateFieldNode
  | SubqueryNode
  | PartitionIdNode
  | PythonFunctionNode;

/**
 * A name as Spark writes it: `*` and `a.*` stand for all columns of their target.
 *
 * @throws SparkConnectError invalid-argument for what JavaScript lets pass as a name
 */
export function nameNode(name: string, relation?: RelationNode): AttributeNode | StarNode {
  if (typeof name !== 'string') throw invalid(`the name of a column is a text, not ${String(name)}`);
  const of = relation === undefined ? {} : { planId: relation.planId };
  if (name === '*') return Object.freeze({ kind: 'star', ...of });
  if (name.endsWith('.*')) return Object.freeze({ kind: 'star', target: name, ...of });
  return Object.freeze({ kind: 'attribute', name, ...of });
}

export function regexNode(pattern: string, relation: RelationNode): RegexNode {
  return Object.freeze({ kind: 'regex', pattern, planId: relation.planId });
}

export function metadataColumnNode(name: string, relation: RelationNode): AttributeNode {
  return Object.freeze({ kind: 'attribute', name, planId: relation.planId, metadataColumn: true });
}

export function functionNode(
  name: string,
  args: readonly ExpressionNode[],
  options: { readonly distinct?: boolean; readonly internal?: boolean } = {},
): FunctionNode {
  return Object.freeze({
    kind: 'function',
    name,
    args: Object.freeze([...args]),
    distinct: options.distinct ?? false,
    internal: options.internal ?? false,
  });
}

export function callNode(name: string, args: readonly ExpressionNode[]): CallNode {
  return Object.freeze({ kind: 'call', name, args: Object.freeze([...args]) });
}

/** @throws SparkConnectError invalid-argument for what JavaScript lets pass as a type */
export function castNode(child: ExpressionNode, to: DataType | string, mode: CastNode['mode'] = 'default'): CastNode {
  if (typeof to !== 'string' && typeof (to as DataType | undefined)?.kind !== 'string') {
    throw invalid(`a type is wanted, as text ('bigint') or of types, not ${String(to)}`);
  }
  return Object.freeze({ kind: 'cast', child, to, mode });
}

export function aliasNode(child: ExpressionNode, names: readonly string[], metadata?: string): AliasNode {
  const base = { kind: 'alias', child, names: Object.freeze([...names]) } as const;
  return Object.freeze(metadata === undefined ? base : { ...base, metadata });
}

/** Nulls come first when ascending and last when descending, unless said otherwise: Spark's default. */
export function sortOrderNode(
  child: ExpressionNode,
  direction: SortOrderNode['direction'] = 'asc',
  nulls: SortOrderNode['nulls'] = direction === 'asc' ? 'first' : 'last',
): SortOrderNode {
  return Object.freeze({ kind: 'sortOrder', child, direction, nulls });
}

export function windowNode(fields: Omit<WindowNode, 'kind'>): WindowNode {
  return Object.freeze({ kind: 'window', ...fields });
}

export function lambdaVariableNode(name: string): LambdaVariableNode {
  return Object.freeze({ kind: 'lambdaVariable', name });
}

export function lambdaNode(body: ExpressionNode, parameters: readonly LambdaVariableNode[]): LambdaNode {
  return Object.freeze({ kind: 'lambda', body, parameters: Object.freeze([...parameters]) });
}

export function sqlExpressionNode(sql: string): SqlExpressionNode {
  return Object.freeze({ kind: 'sqlExpression', sql });
}

export function extractNode(child: ExpressionNode, extraction: ExpressionNode): ExtractNode {
  return Object.freeze({ kind: 'extract', child, extraction });
}

export function updateFieldNode(struct: ExpressionNode, field: string, value?: ExpressionNode): UpdateFieldNode {
  return Object.freeze({ kind: 'updateField', struct, field, ...(value === undefined ? {} : { value }) });
}

export function subqueryNode(relation: RelationNode, use: SubqueryUse): SubqueryNode {
  return Object.freeze({ kind: 'subquery', relation, use: Object.freeze(use) });
}

export function partitionIdNode(child: ExpressionNode): PartitionIdNode {
  return Object.freeze({ kind: 'partitionId', child });
}
