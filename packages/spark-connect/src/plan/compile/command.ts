/** Command records to `spark.connect.Command`. */
import { create } from '@bufbuild/protobuf';
import { SparkConnectError } from '../../errors.ts';
import {
  type Command,
  CommandSchema,
  WriteOperation_SaveMode as SaveModeProto,
  WriteOperationV2_Mode as TableMode,
  WriteOperation_SaveTable_TableSaveMethod as TableSaveMethod,
} from '../../gen/spark/connect/commands_pb.js';
import { MergeAction_ActionType as ActionType } from '../../gen/spark/connect/expressions_pb.js';
import type { Relation } from '../../gen/spark/connect/relations_pb.js';
import type {
  CheckpointNode,
  CommandNode,
  CreateViewNode,
  MergeAction,
  MergeIntoNode,
  SaveMode,
  SqlCommandNode,
  WriteNode,
  WriteTableNode,
} from '../commands.ts';
import { compileExpression, compileExpressions } from './expression.ts';
import { compileRelation } from './relation.ts';

const saveModes: Readonly<Record<SaveMode, SaveModeProto>> = {
  append: SaveModeProto.APPEND,
  overwrite: SaveModeProto.OVERWRITE,
  error: SaveModeProto.ERROR_IF_EXISTS,
  ignore: SaveModeProto.IGNORE,
};

const tableModes: Readonly<Record<WriteTableNode['mode'], TableMode>> = {
  create: TableMode.CREATE,
  append: TableMode.APPEND,
  overwrite: TableMode.OVERWRITE,
  overwritePartitions: TableMode.OVERWRITE_PARTITIONS,
  replace: TableMode.REPLACE,
  createOrReplace: TableMode.CREATE_OR_REPLACE,
};

export function compileCommand(node: CommandNode): Command {
  switch (node.kind) {
    case 'write':
      return write(node);
    case 'writeTable':
      return writeTable(node);
    case 'createView':
      return createView(node);
    case 'sqlCommand':
      return sql(node);
    case 'mergeInto':
      return mergeInto(node);
    case 'checkpoint':
      return checkpoint(node);
  }
}

function write(node: WriteNode): Command {
  const { target } = node;
  return create(CommandSchema, {
    commandType: {
      case: 'writeOperation',
      value: {
        input: compileRelation(node.input),
        ...(node.format === undefined ? {} : { source: node.format }),
        ...(node.mode === undefined ? {} : { mode: saveModes[node.mode] }),
        saveType:
          target.to === 'path'
            ? { case: 'path', value: target.path }
            : target.to === 'table'
              ? { case: 'table', value: { tableName: target.table, saveMethod: saveMethod(target.method) } }
              : { case: undefined },
        options: { ...node.options },
        partitioningColumns: [...node.partitionBy],
        sortColumnNames: [...node.sortBy],
        clusteringColumns: [...node.clusterBy],
        ...(node.bucketBy === undefined
          ? {}
          : { bucketBy: { bucketColumnNames: [...node.bucketBy.columns], numBuckets: node.bucketBy.numBuckets } }),
      },
    },
  });
}

function saveMethod(method: 'saveAsTable' | 'insertInto'): TableSaveMethod {
  return method === 'saveAsTable' ? TableSaveMethod.SAVE_AS_TABLE : TableSaveMethod.INSERT_INTO;
}

function writeTable(node: WriteTableNode): Command {
  return create(CommandSchema, {
    commandType: {
      case: 'writeOperationV2',
      value: {
        input: compileRelation(node.input),
        tableName: node.table,
        mode: tableModes[node.mode],
        ...(node.provider === undefined ? {} : { provider: node.provider }),
        options: { ...node.options },
        tableProperties: { ...node.tableProperties },
        partitioningColumns: compileExpressions(node.partitionBy),
        clusteringColumns: [...node.clusterBy],
        ...(node.overwriteCondition === undefined
          ? {}
          : { overwriteCondition: compileExpression(node.overwriteCondition) }),
      },
    },
  });
}

function createView(node: CreateViewNode): Command {
  return create(CommandSchema, {
    commandType: {
      case: 'createDataframeView',
      value: {
        input: compileRelation(node.input),
        name: node.name,
        isGlobal: node.global,
        replace: node.replace,
      },
    },
  });
}

function sql(node: SqlCommandNode): Command {
  const input = compileRelation(node.sql);
  return create(CommandSchema, { commandType: { case: 'sqlCommand', value: statement(input) } });
}

/**
 * A relation only where the statement brings others along: Spark 3.5 knows none here.
 *
 * @throws SparkConnectError invalid-argument for a subquery among the arguments: Spark takes relations with names only
 */
function statement(input: Relation) {
  if (input.relType.case === 'withRelations') {
    if (input.relType.value.references.every(({ relType }) => relType.case === 'subqueryAlias')) return { input };
    throw new SparkConnectError(
      'invalid-argument',
      'a subquery is no argument of sql(): name its DataFrame in the option `tables`, and select from it',
    );
  }
  if (input.relType.case !== 'sql') return { input };
  const { query, args, posArgs, namedArguments, posArguments } = input.relType.value;
  return { sql: query, args, posArgs, namedArguments, posArguments };
}

function mergeInto(node: MergeIntoNode): Command {
  return create(CommandSchema, {
    commandType: {
      case: 'mergeIntoTableCommand',
      value: {
        targetTableName: node.table,
        sourceTablePlan: compileRelation(node.source),
        mergeCondition: compileExpression(node.condition),
        matchActions: node.matched.map(mergeAction),
        notMatchedActions: node.notMatched.map(mergeAction),
        notMatchedBySourceActions: node.notMatchedBySource.map(mergeAction),
        withSchemaEvolution: node.schemaEvolution,
      },
    },
  });
}

const actionTypes = {
  update: { some: ActionType.UPDATE, all: ActionType.UPDATE_STAR },
  insert: { some: ActionType.INSERT, all: ActionType.INSERT_STAR },
  delete: { some: ActionType.DELETE, all: ActionType.DELETE },
} as const;

function mergeAction({ action, condition, assignments }: MergeAction) {
  return {
    exprType: {
      case: 'mergeAction' as const,
      value: {
        actionType: actionTypes[action][assignments === undefined ? 'all' : 'some'],
        ...(condition === undefined ? {} : { condition: compileExpression(condition) }),
        assignments: (assignments ?? []).map(([key, value]) => ({
          key: compileExpression(key),
          value: compileExpression(value),
        })),
      },
    },
  };
}

function checkpoint(node: CheckpointNode): Command {
  return create(CommandSchema, {
    commandType: {
      case: 'checkpointCommand',
      value: {
        relation: compileRelation(node.input),
        local: node.local,
        eager: node.eager,
        ...(node.storageLevel === undefined ? {} : { storageLevel: { ...node.storageLevel } }),
      },
    },
  });
}
