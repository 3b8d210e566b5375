import type { Expression_Literal } from '../../gen/spark/connect/expressions_pb.js';
import { Parse_ParseFormat as ParseFormat } from '../../gen/spark/connect/relations_pb.js';
import { toProto as dataTypeToProto } from '../../types/index.ts';
import type { SourceNode, SqlArguments } from '../relations/sources.ts';
import type { Compilers } from './compilers.ts';
import { compileExpression, compileExpressions } from './expression.ts';
import { compileLiteral } from './literal.ts';
import { refer } from './references.ts';

export const sourceCompilers: Compilers<SourceNode> = {
  readTable: (node) => ({
    case: 'read',
    value: {
      readType: { case: 'namedTable', value: { unparsedIdentifier: node.table, options: { ...node.options } } },
      isStreaming: node.streaming,
    },
  }),
  readSource: (node) => ({
    case: 'read',
    value: {
      readType: {
        case: 'dataSource',
        value: {
          ...(node.format === undefined ? {} : { format: node.format }),
          ...(node.schema === undefined ? {} : { schema: node.schema }),
          options: { ...node.options },
          paths: [...node.paths],
          predicates: [...node.predicates],
        },
      },
      isStreaming: node.streaming,
    },
  }),
  sql: (node) => {
    for (const table of node.tables) refer(table);
    return { case: 'sql', value: { query: node.query, ...sqlArguments(node.args) } };
  },
  range: (node) => ({
    case: 'range',
    value: {
      start: node.start,
      end: node.end,
      step: node.step,
      ...(node.numPartitions === undefined ? {} : { numPartitions: node.numPartitions }),
    },
  }),
  localRelation: (node) => ({
    case: 'localRelation',
    value: {
      ...(node.data === undefined ? {} : { data: node.data }),
      ...(node.schema === undefined ? {} : { schema: node.schema }),
    },
  }),
  cachedLocalRelation: ({ hash }) => ({ case: 'cachedLocalRelation', value: { hash } }),
  chunkedLocalRelation: ({ dataHashes, schemaHash }) => ({
    case: 'chunkedCachedLocalRelation',
    value: { dataHashes: [...dataHashes], schemaHash },
  }),
  tableFunction: (node) => ({
    case: 'unresolvedTableValuedFunction',
    value: { functionName: node.name, arguments: compileExpressions(node.args) },
  }),
  parse: (node, compile) => ({
    case: 'parse',
    value: {
      input: compile(node.input),
      format: node.format === 'csv' ? ParseFormat.CSV : ParseFormat.JSON,
      ...(node.schema === undefined ? {} : { schema: dataTypeToProto(node.schema) }),
      options: { ...node.options },
    },
  }),
  serverRelation: (node) => node.relation.relType,
};

/**
 * Arguments that are all literals travel in the fields that every server knows (3.5 has no others);
 * one that is an expression moves all of them to the fields of 4.0.
 */
function sqlArguments({ named, positional }: SqlArguments) {
  const all = [...Object.values(named), ...positional];
  if (all.every((node) => node.kind === 'literal')) {
    const args: Record<string, Expression_Literal> = {};
    for (const [name, node] of Object.entries(named)) if (node.kind === 'literal') args[name] = compileLiteral(node);
    return { args, posArgs: positional.flatMap((node) => (node.kind === 'literal' ? [compileLiteral(node)] : [])) };
  }
  return {
    namedArguments: Object.fromEntries(Object.entries(named).map(([name, node]) => [name, compileExpression(node)])),
    posArguments: compileExpressions(positional),
  };
}
