import { toProto as dataTypeToProto } from '../../types/index.ts';
import type { ColumnsNode } from '../relations/columns.ts';
import type { Compilers } from './compilers.ts';
import { aliasValue, compileExpressions } from './expression.ts';

export const columnsCompilers: Compilers<ColumnsNode> = {
  project: (node, compile) => ({
    case: 'project',
    value: { input: compile(node.input), expressions: compileExpressions(node.expressions) },
  }),
  withColumns: (node, compile) => ({
    case: 'withColumns',
    value: { input: compile(node.input), aliases: node.aliases.map(aliasValue) },
  }),
  withColumnsRenamed: (node, compile) => ({
    case: 'withColumnsRenamed',
    value: {
      input: compile(node.input),
      // 3.5 reads the map, 4.0 and later the ordered list.
      renameColumnsMap: Object.fromEntries(node.renames),
      renames: node.renames.map(([colName, newColName]) => ({ colName, newColName })),
    },
  }),
  drop: (node, compile) => ({
    case: 'drop',
    value: { input: compile(node.input), columns: compileExpressions(node.columns), columnNames: [...node.names] },
  }),
  toDF: (node, compile) => ({ case: 'toDf', value: { input: compile(node.input), columnNames: [...node.names] } }),
  toSchema: (node, compile) => ({
    case: 'toSchema',
    value: { input: compile(node.input), schema: dataTypeToProto(node.schema) },
  }),
  subqueryAlias: (node, compile) => ({
    case: 'subqueryAlias',
    value: { input: compile(node.input), alias: node.alias },
  }),
  withWatermark: (node, compile) => ({
    case: 'withWatermark',
    value: { input: compile(node.input), eventTime: node.eventTime, delayThreshold: node.delayThreshold },
  }),
  collectMetrics: (node, compile) => ({
    case: 'collectMetrics',
    value: { input: compile(node.input), name: node.name, metrics: compileExpressions(node.metrics) },
  }),
  hint: (node, compile) => ({
    case: 'hint',
    value: { input: compile(node.input), name: node.name, parameters: compileExpressions(node.parameters) },
  }),
  unpivot: (node, compile) => ({
    case: 'unpivot',
    value: {
      input: compile(node.input),
      ids: compileExpressions(node.ids),
      ...(node.values === undefined ? {} : { values: { values: compileExpressions(node.values) } }),
      variableColumnName: node.variableColumnName,
      valueColumnName: node.valueColumnName,
    },
  }),
  transpose: (node, compile) => ({
    case: 'transpose',
    value: { input: compile(node.input), indexColumns: compileExpressions(node.indexColumns) },
  }),
};
