import type { Row } from '../arrow/index.ts';
import { type CatalogCall, defined, type RelationNode, relation } from '../plan/relations/index.ts';
import { collectRows, singleValue } from './actions.ts';
import type { SparkSession } from './spark-session.ts';

/**
 * Databases, tables, views and the cache. A listing comes as rows with Spark's column names (`name`, `tableType` …).
 *
 * Source: https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/catalog.html
 */
export class Catalog {
  readonly #session: SparkSession;

  constructor(session: SparkSession) {
    this.#session = session;
  }

  currentCatalog(): Promise<string> {
    return this.#value({ ask: 'currentCatalog' });
  }
  setCurrentCatalog(catalog: string): Promise<void> {
    return this.#run({ ask: 'setCurrentCatalog', catalog });
  }
  listCatalogs(pattern?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listCatalogs', ...defined({ pattern }) });
  }
  currentDatabase(): Promise<string> {
    return this.#value({ ask: 'currentDatabase' });
  }
  setCurrentDatabase(database: string): Promise<void> {
    return this.#run({ ask: 'setCurrentDatabase', database });
  }
  listDatabases(pattern?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listDatabases', ...defined({ pattern }) });
  }
  databaseExists(database: string): Promise<boolean> {
    return this.#value({ ask: 'databaseExists', database });
  }
  /** Tables and temporary views. */
  listTables(database?: string, pattern?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listTables', ...defined({ database, pattern }) });
  }
  tableExists(table: string, database?: string): Promise<boolean> {
    return this.#value({ ask: 'tableExists', table, ...defined({ database }) });
  }
  listColumns(table: string, database?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listColumns', table, ...defined({ database }) });
  }
  listFunctions(database?: string, pattern?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listFunctions', ...defined({ database, pattern }) });
  }
  functionExists(name: string, database?: string): Promise<boolean> {
    return this.#value({ ask: 'functionExists', function: name, ...defined({ database }) });
  }
  /** Whether there was a view of this name. */
  dropTempView(view: string): Promise<boolean> {
    return this.#value({ ask: 'dropTempView', view });
  }
  dropGlobalTempView(view: string): Promise<boolean> {
    return this.#value({ ask: 'dropGlobalTempView', view });
  }
  isCached(table: string): Promise<boolean> {
    return this.#value({ ask: 'isCached', table });
  }
  cacheTable(table: string): Promise<void> {
    return this.#run({ ask: 'cacheTable', table });
  }
  uncacheTable(table: string): Promise<void> {
    return this.#run({ ask: 'uncacheTable', table });
  }
  clearCache(): Promise<void> {
    return this.#run({ ask: 'clearCache' });
  }
  /** Forgets what is known of a table's files, after another program has changed them. */
  refreshTable(table: string): Promise<void> {
    return this.#run({ ask: 'refreshTable', table });
  }
  refreshByPath(path: string): Promise<void> {
    return this.#run({ ask: 'refreshByPath', path });
  }
  recoverPartitions(table: string): Promise<void> {
    return this.#run({ ask: 'recoverPartitions', table });
  }

  async #value<T>(call: CatalogCall): Promise<T> {
    return (await singleValue(this.#session.client, this.#node(call))) as T;
  }
  #rows(call: CatalogCall): Promise<Row[]> {
    return collectRows(this.#session.client, this.#node(call));
  }
  async #run(call: CatalogCall): Promise<void> {
    await this.#rows(call);
  }
  #node(call: CatalogCall): RelationNode {
    return relation({ kind: 'catalog', call });
  }
}
