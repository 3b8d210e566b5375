/** Questions and orders to the catalog; Spark Connect has them as relations whose rows are the answer. */
import type { StructType } from '../../types/index.ts';
import type { StorageLevel } from '../storage-level.ts';
import type { RelationBase } from './base.ts';

export type CatalogCall =
  | { readonly ask: 'currentDatabase' | 'currentCatalog' | 'clearCache' }
  | { readonly ask: 'listCatalogs' | 'listDatabases'; readonly pattern?: string }
  | { readonly ask: 'listTables' | 'listFunctions'; readonly database?: string; readonly pattern?: string }
  | { readonly ask: 'listColumns' | 'getTable' | 'tableExists'; readonly table: string; readonly database?: string }
  | { readonly ask: 'databaseExists' | 'getDatabase' | 'setCurrentDatabase'; readonly database: string }
  | { readonly ask: 'setCurrentCatalog'; readonly catalog: string }
  | { readonly ask: 'functionExists' | 'getFunction'; readonly function: string; readonly database?: string }
  | { readonly ask: 'dropTempView' | 'dropGlobalTempView'; readonly view: string }
  | {
      readonly ask: 'isCached' | 'uncacheTable' | 'refreshTable' | 'recoverPartitions';
      readonly table: string;
    }
  | { readonly ask: 'cacheTable'; readonly table: string; readonly storageLevel?: StorageLevel }
  | { readonly ask: 'createTable'; readonly table: string; readonly definition: TableDefinition }
  | { readonly ask: 'refreshByPath'; readonly path: string };

/** What a new table is made of; a table with a path is an external one. */
export interface TableDefinition {
  readonly path?: string;
  /** The format, e.g. `parquet`. */
  readonly source?: string;
  readonly schema?: StructType;
  readonly description?: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface CatalogNode extends RelationBase {
  readonly kind: 'catalog';
  readonly call: CatalogCall;
}
