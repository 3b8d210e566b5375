import type { RowsNode } from '../relations/rows.ts';
import type { Compilers } from './compilers.ts';
import { compileExpression, compileExpressions, sortOrderValue } from './expression.ts';

export const rowsCompilers: Compilers<RowsNode> = {
  filter: (node, compile) => ({
    case: 'filter',
    value: { input: compile(node.input), condition: compileExpression(node.condition) },
  }),
  sort: (node, compile) => ({
    case: 'sort',
    value: { input: compile(node.input), order: node.order.map(sortOrderValue), isGlobal: node.global },
  }),
  limit: (node, compile) => ({ case: 'limit', value: { input: compile(node.input), limit: node.limit } }),
  offset: (node, compile) => ({ case: 'offset', value: { input: compile(node.input), offset: node.offset } }),
  tail: (node, compile) => ({ case: 'tail', value: { input: compile(node.input), limit: node.limit } }),
  deduplicate: (node, compile) => ({
    case: 'deduplicate',
    value: {
      input: compile(node.input),
      columnNames: [...node.columns],
      allColumnsAsKeys: node.columns.length === 0,
      withinWatermark: node.withinWatermark,
    },
  }),
  sample: (node, compile) => ({
    case: 'sample',
    value: {
      input: compile(node.input),
      lowerBound: node.lowerBound,
      upperBound: node.upperBound,
      withReplacement: node.withReplacement,
      seed: node.seed,
      deterministicOrder: node.deterministicOrder,
    },
  }),
  repartition: (node, compile) => ({
    case: 'repartition',
    value: { input: compile(node.input), numPartitions: node.numPartitions, shuffle: node.shuffle },
  }),
  repartitionByExpression: (node, compile) => ({
    case: 'repartitionByExpression',
    value: {
      input: compile(node.input),
      partitionExprs: compileExpressions(node.expressions),
      ...(node.numPartitions === undefined ? {} : { numPartitions: node.numPartitions }),
    },
  }),
};
