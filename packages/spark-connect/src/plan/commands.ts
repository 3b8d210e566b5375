/** Command records: what is done once on the server, as frozen plain data. */
import type { ExpressionNode } from './expressions.ts';
import type { RelationNode, SqlNode } from './relations/index.ts';
import type { StorageLevel } from './storage-level.ts';

/**
 * What a write does where data is already.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameWriter.mode.html
 */
export type SaveMode = 'append' | 'overwrite' | 'error' | 'ignore';

export type SaveTarget =
  | { readonly to: 'path'; readonly path: string }
  | { readonly to: 'table'; readonly table: string; readonly method: 'saveAsTable' | 'insertInto' }
  /** Formats without a path, such as kafka, console or noop. */
  | { readonly to: 'source' };

export interface WriteNode {
  readonly kind: 'write';
  readonly input: RelationNode;
  readonly format?: string;
  readonly mode?: SaveMode;
  readonly target: SaveTarget;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
  readonly sortBy: readonly string[];
  readonly clusterBy: readonly string[];
  readonly bucketBy?: { readonly numBuckets: number; readonly columns: readonly string[] };
}

export interface WriteTableNode {
  readonly kind: 'writeTable';
  readonly input: RelationNode;
  readonly table: string;
  readonly mode: 'create' | 'append' | 'overwrite' | 'overwritePartitions' | 'replace' | 'createOrReplace';
  readonly provider?: string;
  readonly options: Readonly<Record<string, string>>;
  readonly tableProperties: Readonly<Record<string, string>>;
  readonly partitionBy: readonly ExpressionNode[];
  readonly clusterBy: readonly string[];
  readonly overwriteCondition?: ExpressionNode;
}

export interface CreateViewNode {
  readonly kind: 'createView';
  readonly input: RelationNode;
  readonly name: string;
  readonly global: boolean;
  readonly replace: boolean;
}

export interface SqlCommandNode {
  readonly kind: 'sqlCommand';
  readonly sql: SqlNode;
}

/** What is done with a row of MERGE INTO; without assignments all columns are taken by name. */
export interface MergeAction {
  readonly action: 'update' | 'insert' | 'delete';
  readonly condition?: ExpressionNode;
  /** [column of the target, value] */
  readonly assignments?: readonly (readonly [ExpressionNode, ExpressionNode])[];
}

export interface MergeIntoNode {
  readonly kind: 'mergeInto';
  readonly table: string;
  readonly source: RelationNode;
  readonly condition: ExpressionNode;
  readonly matched: readonly MergeAction[];
  readonly notMatched: readonly MergeAction[];
  readonly notMatchedBySource: readonly MergeAction[];
  readonly schemaEvolution: boolean;
}

/** Computes a relation once and keeps it on the server under an id. */
export interface CheckpointNode {
  readonly kind: 'checkpoint';
  readonly input: RelationNode;
  /** On the executors' own disks instead of the checkpoint directory. */
  readonly local: boolean;
  readonly eager: boolean;
  readonly storageLevel?: StorageLevel;
}

export type CommandNode = WriteNode | WriteTableNode | CreateViewNode | SqlCommandNode | MergeIntoNode | CheckpointNode;

/** Freezes a command record. */
export function command<T extends CommandNode>(fields: T): Readonly<T> {
  return Object.freeze(fields);
}
