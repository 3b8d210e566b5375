/** Relation records: what a DataFrame computes, as frozen plain data. One file per family. */
import type { CatalogNode } from './catalog.ts';
import type { CleanNode } from './clean.ts';
import type { ColumnsNode } from './columns.ts';
import type { CombineNode } from './combine.ts';
import type { RowsNode } from './rows.ts';
import type { SourceNode } from './sources.ts';

export { defined, referencesId, relation } from './base.ts';
export type { CatalogCall, TableDefinition } from './catalog.ts';
export type { JoinKind, Pivot } from './combine.ts';
export type { SqlNode } from './sources.ts';

export type RelationNode = SourceNode | ColumnsNode | RowsNode | CombineNode | CleanNode | CatalogNode;
