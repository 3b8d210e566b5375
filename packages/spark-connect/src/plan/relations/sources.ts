/** Relations that start a plan: tables, data sources, SQL text, ranges, rows sent by the client. */
import type { Relation } from '../../gen/spark/connect/relations_pb.js';
import type { DataType } from '../../types/index.ts';
import type { ExpressionNode } from '../expressions.ts';
import type { RelationBase } from './base.ts';
import type { RelationNode } from './index.ts';

export interface ReadTableNode extends RelationBase {
  readonly kind: 'readTable';
  readonly table: string;
  readonly options: Readonly<Record<string, string>>;
  readonly streaming: boolean;
}
export interface ReadSourceNode extends RelationBase {
  readonly kind: 'readSource';
  /** Undefined: the server's `spark.sql.sources.default`. */
  readonly format?: string;
  /** DDL or JSON text. */
  readonly schema?: string;
  readonly options: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  /** One partition per predicate, for the jdbc source. */
  readonly predicates: readonly string[];
  readonly streaming: boolean;
}
export interface SqlArguments {
  readonly named: Readonly<Record<string, ExpressionNode>>;
  readonly positional: readonly ExpressionNode[];
}
export interface SqlNode extends RelationBase {
  readonly kind: 'sql';
  readonly query: string;
  readonly args: SqlArguments;
  /** DataFrames under the names by which the query calls them. */
  readonly tables: readonly RelationNode[];
}
export interface RangeNode extends RelationBase {
  readonly kind: 'range';
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly numPartitions?: number;
}
export interface LocalRelationNode extends RelationBase {
  readonly kind: 'localRelation';
  /** One Arrow IPC stream; undefined: no rows. */
  readonly data?: Uint8Array;
  /** JSON text (or DDL) of the schema; undefined where the stream's own says all. */
  readonly schema?: string;
}
/** Rows that the server keeps already: the SHA-256 of a serialized LocalRelation, which was sent as an artifact. */
export interface CachedLocalRelationNode extends RelationBase {
  readonly kind: 'cachedLocalRelation';
  readonly hash: string;
}
/** The same in pieces (4.1 and later): one Arrow stream for each hash, and the schema's own hash. */
export interface ChunkedLocalRelationNode extends RelationBase {
  readonly kind: 'chunkedLocalRelation';
  readonly dataHashes: readonly string[];
  readonly schemaHash: string;
}
/** A function whose result is a table. */
export interface TableFunctionNode extends RelationBase {
  readonly kind: 'tableFunction';
  readonly name: string;
  readonly args: readonly ExpressionNode[];
}
/** The texts in the one column of the input, read as CSV or JSON. */
export interface ParseNode extends RelationBase {
  readonly kind: 'parse';
  readonly input: RelationNode;
  readonly format: 'csv' | 'json';
  /** Undefined: the server infers it. */
  readonly schema?: DataType;
  readonly options: Readonly<Record<string, string>>;
}
/** A relation that the server handed out, for instance as a statement's result: passed back as it is. */
export interface ServerRelationNode extends RelationBase {
  readonly kind: 'serverRelation';
  readonly relation: Relation;
}

export type SourceNode =
  | ReadTableNode
  | ReadSourceNode
  | SqlNode
  | RangeNode
  | LocalRelationNode
  | CachedLocalRelationNode
  | ChunkedLocalRelationNode
  | TableFunctionNode
  | ParseNode
  | ServerRelationNode;
