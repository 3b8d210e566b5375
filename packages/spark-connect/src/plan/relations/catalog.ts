/** Questions and orders to the catalog; Spark Connect has them as relations whose rows are the answer. */
import type { RelationBase } from './base.ts';

export type CatalogCall =
  | { readonly ask: 'currentDatabase' | 'currentCatalog' | 'clearCache' }
  | { readonly ask: 'listCatalogs' | 'listDatabases'; readonly pattern?: string }
  | { readonly ask: 'listTables' | 'listFunctions'; readonly database?: string; readonly pattern?: string }
  | { readonly ask: 'listColumns' | 'getTable' | 'tableExists'; readonly table: string; readonly database?: string }
  | { readonly ask: 'databaseExists' | 'getDatabase' | 'setCurrentDatabase'; readonly database: string }
  | { readonly ask: 'setCurrentCatalog'; readonly catalog: string }
  | { readonly ask: 'functionExists'; readonly function: string; readonly database?: string }
  | { readonly ask: 'dropTempView' | 'dropGlobalTempView'; readonly view: string }
  | {
      readonly ask: 'isCached' | 'cacheTable' | 'uncacheTable' | 'refreshTable' | 'recoverPartitions';
      readonly table: string;
    }
  | { readonly ask: 'refreshByPath'; readonly path: string };

export interface CatalogNode extends RelationBase {
  readonly kind: 'catalog';
  readonly call: CatalogCall;
}
