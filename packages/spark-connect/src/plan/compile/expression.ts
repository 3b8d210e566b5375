/** Expression records to `spark.connect.Expression`. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type Expression,
  Expression_Cast_EvalMode,
  ExpressionSchema,
  Expression_Window_WindowFrame_FrameType as FrameType,
  Expression_SortOrder_NullOrdering as NullOrdering,
  Expression_SortOrder_SortDirection as SortDirection,
  SubqueryExpression_SubqueryType as SubqueryType,
} from '../../gen/spark/connect/expressions_pb.js';
import { toProto as dataTypeToProto, types } from '../../types/index.ts';
import type { ExpressionNode, FrameBoundary, SortOrderNode, SubqueryUse, WindowFrame } from '../expressions.ts';
import { compileLiteral } from './literal.ts';
import { refer } from './references.ts';

// Spark's PythonEvalType for a function that takes and gives one value a row.
const SQL_BATCHED_UDF = 100;

type Init = MessageInitShape<typeof ExpressionSchema>;
type ExprType = NonNullable<Init['exprType']>;
type Kind = ExpressionNode['kind'];
type Compilers = { readonly [K in Kind]: (node: Extract<ExpressionNode, { readonly kind: K }>) => ExprType };

const planId = (node: { readonly planId?: bigint }) => (node.planId === undefined ? {} : { planId: node.planId });

const compilers: Compilers = {
  literal: (node) => ({ case: 'literal', value: compileLiteral(node) }),
  attribute: (node) => ({
    case: 'unresolvedAttribute',
    value: {
      unparsedIdentifier: node.name,
      ...planId(node),
      ...(node.metadataColumn === true ? { isMetadataColumn: true } : {}),
    },
  }),
  star: (node) => ({
    case: 'unresolvedStar',
    value: { ...(node.target === undefined ? {} : { unparsedTarget: node.target }), ...planId(node) },
  }),
  regex: (node) => ({ case: 'unresolvedRegex', value: { colName: node.pattern, ...planId(node) } }),
  function: (node) => ({
    case: 'unresolvedFunction',
    value: {
      functionName: node.name,
      arguments: compileExpressions(node.args),
      isDistinct: node.distinct,
      // Older servers do not know the field: it is sent only where it says something.
      ...(node.internal ? { isInternal: true } : {}),
    },
  }),
  call: (node) => ({
    case: 'callFunction',
    value: { functionName: node.name, arguments: compileExpressions(node.args) },
  }),
  cast: (node) => ({
    case: 'cast',
    value: {
      expr: compileExpression(node.child),
      castToType:
        typeof node.to === 'string'
          ? { case: 'typeStr', value: node.to }
          : { case: 'type', value: dataTypeToProto(node.to) },
      evalMode: node.mode === 'try' ? Expression_Cast_EvalMode.TRY : Expression_Cast_EvalMode.UNSPECIFIED,
    },
  }),
  alias: (node) => ({ case: 'alias', value: aliasValue(node) }),
  sortOrder: (node) => ({ case: 'sortOrder', value: sortOrderValue(node) }),
  window: (node) => ({
    case: 'window',
    value: {
      windowFunction: compileExpression(node.function),
      partitionSpec: compileExpressions(node.partitionBy),
      orderSpec: node.orderBy.map(sortOrderValue),
      ...(node.frame === undefined ? {} : { frameSpec: frameValue(node.frame) }),
    },
  }),
  lambdaVariable: (node) => ({ case: 'unresolvedNamedLambdaVariable', value: { nameParts: [node.name] } }),
  lambda: (node) => ({
    case: 'lambdaFunction',
    value: {
      function: compileExpression(node.body),
      arguments: node.parameters.map((parameter) => ({ nameParts: [parameter.name] })),
    },
  }),
  sqlExpression: (node) => ({ case: 'expressionString', value: { expression: node.sql } }),
  extract: (node) => ({
    case: 'unresolvedExtractValue',
    value: { child: compileExpression(node.child), extraction: compileExpression(node.extraction) },
  }),
  updateField: (node) => ({
    case: 'updateFields',
    value: {
      structExpression: compileExpression(node.struct),
      fieldName: node.field,
      ...(node.value === undefined ? {} : { valueExpression: compileExpression(node.value) }),
    },
  }),
  subquery: ({ relation, use }) => ({
    case: 'subqueryExpression',
    value: { planId: refer(relation), ...subqueryValue(use) },
  }),
  pythonFunction: (node) => ({
    case: 'commonInlineUserDefinedFunction',
    value: {
      functionName: node.name,
      // What it says depends on when and where it runs.
      deterministic: false,
      arguments: compileExpressions(node.args),
      function: {
        case: 'pythonUdf',
        value: {
          outputType: dataTypeToProto(types.string()),
          evalType: SQL_BATCHED_UDF,
          command: node.command,
          pythonVer: node.version,
        },
      },
    },
  }),
  partitionId: (node) => ({ case: 'directShufflePartitionId', value: { child: compileExpression(node.child) } }),
};

export function compileExpression(node: ExpressionNode): Expression {
  // The table's entry for a kind takes records of that kind; TypeScript cannot correlate the two in one call.
  const compile = compilers[node.kind] as (node: ExpressionNode) => ExprType;
  return create(ExpressionSchema, { exprType: compile(node) });
}

export function compileExpressions(nodes: readonly ExpressionNode[]): Expression[] {
  return nodes.map(compileExpression);
}

export function sortOrderValue(node: SortOrderNode) {
  return {
    child: compileExpression(node.child),
    direction: node.direction === 'asc' ? SortDirection.ASCENDING : SortDirection.DESCENDING,
    nullOrdering: node.nulls === 'first' ? NullOrdering.SORT_NULLS_FIRST : NullOrdering.SORT_NULLS_LAST,
  };
}

export function aliasValue(node: Extract<ExpressionNode, { readonly kind: 'alias' }>) {
  return {
    expr: compileExpression(node.child),
    name: [...node.names],
    ...(node.metadata === undefined ? {} : { metadata: node.metadata }),
  };
}

function subqueryValue(use: SubqueryUse) {
  if (use.as === 'scalar') return { subqueryType: SubqueryType.SCALAR };
  if (use.as === 'exists') return { subqueryType: SubqueryType.EXISTS };
  if (use.as === 'in') return { subqueryType: SubqueryType.IN, inSubqueryValues: compileExpressions(use.values) };
  const tableArgOptions = {
    partitionSpec: compileExpressions(use.partitionBy),
    orderSpec: use.orderBy.map(sortOrderValue),
    ...(use.singlePartition ? { withSinglePartition: true } : {}),
  };
  return { subqueryType: SubqueryType.TABLE_ARG, tableArgOptions };
}

function frameValue(frame: WindowFrame) {
  return {
    frameType: frame.type === 'rows' ? FrameType.ROW : FrameType.RANGE,
    lower: { boundary: boundaryValue(frame.lower) },
    upper: { boundary: boundaryValue(frame.upper) },
  };
}

function boundaryValue(boundary: FrameBoundary) {
  if (boundary.at === 'value') return { case: 'value' as const, value: compileExpression(boundary.value) };
  return { case: boundary.at, value: true } as const;
}
