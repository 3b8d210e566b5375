import {
  Aggregate_GroupType as GroupType,
  Join_JoinType as JoinType,
  SetOperation_SetOpType as SetOpType,
} from '../../gen/spark/connect/relations_pb.js';
import type { AggregateNode, CombineNode, JoinKind, SetOperationNode } from '../relations/combine.ts';
import type { Compilers } from './compilers.ts';
import { compileExpression, compileExpressions } from './expression.ts';
import { compileLiteral } from './literal.ts';

const joinTypes: Readonly<Record<JoinKind, JoinType>> = {
  inner: JoinType.INNER,
  cross: JoinType.CROSS,
  fullOuter: JoinType.FULL_OUTER,
  leftOuter: JoinType.LEFT_OUTER,
  rightOuter: JoinType.RIGHT_OUTER,
  leftSemi: JoinType.LEFT_SEMI,
  leftAnti: JoinType.LEFT_ANTI,
};

const setOperations: Readonly<Record<SetOperationNode['operation'], SetOpType>> = {
  union: SetOpType.UNION,
  intersect: SetOpType.INTERSECT,
  except: SetOpType.EXCEPT,
};

const groupTypes: Readonly<Record<AggregateNode['groupType'], GroupType>> = {
  groupBy: GroupType.GROUPBY,
  rollup: GroupType.ROLLUP,
  cube: GroupType.CUBE,
  pivot: GroupType.PIVOT,
  groupingSets: GroupType.GROUPING_SETS,
};

export const combineCompilers: Compilers<CombineNode> = {
  join: (node, compile) => ({
    case: 'join',
    value: {
      left: compile(node.left),
      right: compile(node.right),
      joinType: joinTypes[node.joinKind],
      ...(node.condition === undefined ? {} : { joinCondition: compileExpression(node.condition) }),
      usingColumns: [...node.using],
    },
  }),
  lateralJoin: (node, compile) => ({
    case: 'lateralJoin',
    value: {
      left: compile(node.left),
      right: compile(node.right),
      joinType: joinTypes[node.joinKind],
      ...(node.condition === undefined ? {} : { joinCondition: compileExpression(node.condition) }),
    },
  }),
  asOfJoin: (node, compile) => ({
    case: 'asOfJoin',
    value: {
      left: compile(node.left),
      right: compile(node.right),
      leftAsOf: compileExpression(node.leftAsOf),
      rightAsOf: compileExpression(node.rightAsOf),
      ...(node.condition === undefined ? {} : { joinExpr: compileExpression(node.condition) }),
      usingColumns: [...node.using],
      joinType: node.joinType,
      ...(node.tolerance === undefined ? {} : { tolerance: compileExpression(node.tolerance) }),
      allowExactMatches: node.allowExactMatches,
      direction: node.direction,
    },
  }),
  setOperation: (node, compile) => ({
    case: 'setOp',
    value: {
      leftInput: compile(node.left),
      rightInput: compile(node.right),
      setOpType: setOperations[node.operation],
      isAll: node.all,
      byName: node.byName,
      allowMissingColumns: node.allowMissingColumns,
    },
  }),
  aggregate: (node, compile) => ({
    case: 'aggregate',
    value: {
      input: compile(node.input),
      groupType: groupTypes[node.groupType],
      groupingExpressions: compileExpressions(node.grouping),
      aggregateExpressions: compileExpressions(node.aggregates),
      ...(node.pivot === undefined
        ? {}
        : { pivot: { col: compileExpression(node.pivot.column), values: node.pivot.values.map(compileLiteral) } }),
      groupingSets: (node.groupingSets ?? []).map((set) => ({ groupingSet: compileExpressions(set) })),
    },
  }),
};
