import type { Row } from '../arrow/index.ts';
import { SparkConnectError } from '../errors.ts';
import {
  type CatalogCall,
  defined,
  type RelationNode,
  relation,
  type TableDefinition,
} from '../plan/relations/index.ts';
import type { StorageLevel } from '../plan/storage-level.ts';
import type { StructType } from '../types/index.ts';
import { collectRows, singleValue } from './actions.ts';
import type { DataFrame } from './data-frame/index.ts';
import { mergeOptions, type OptionValues } from './options.ts';
import type { SparkSession } from './spark-session.ts';

export interface CreateTableOptions {
  /** Where the files are; with one, dropping the table leaves them. */
  readonly path?: string;
  /** The format, e.g. `parquet`; by default the server's `spark.sql.sources.default`. */
  readonly source?: string;
  /** Undefined: as the files at the path have it. */
  readonly schema?: StructType;
  readonly description?: string;
  readonly options?: OptionValues;
}

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
  /** What there is to know of a database. @throws not-found */
  getDatabase(database: string): Promise<Row> {
    return this.#row({ ask: 'getDatabase', database });
  }
  /** Tables and temporary views. */
  listTables(database?: string, pattern?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listTables', ...defined({ database, pattern }) });
  }
  tableExists(table: string, database?: string): Promise<boolean> {
    return this.#value({ ask: 'tableExists', table, ...defined({ database }) });
  }
  /** What there is to know of a table or view. @throws analysis where there is none */
  getTable(table: string, database?: string): Promise<Row> {
    return this.#row({ ask: 'getTable', table, ...defined({ database }) });
  }
  /**
   * A new table, empty but for the files that its path may hold already.
   *
   * @throws analysis where there is a table of this name
   */
  async createTable(table: string, options: CreateTableOptions = {}): Promise<DataFrame> {
    const { options: given = {}, ...rest } = options;
    const definition: TableDefinition = { ...defined(rest), options: mergeOptions({}, given) };
    await this.#run({ ask: 'createTable', table, definition });
    return this.#session.table(table);
  }
  /** The same as {@link createTable}, by its name of long ago. */
  createExternalTable(table: string, options: CreateTableOptions = {}): Promise<DataFrame> {
    return this.createTable(table, options);
  }
  listColumns(table: string, database?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listColumns', table, ...defined({ database }) });
  }
  listFunctions(database?: string, pattern?: string): Promise<Row[]> {
    return this.#rows({ ask: 'listFunctions', ...defined({ database, pattern }) });
  }
  /** What there is to know of a function. @throws analysis where there is none */
  getFunction(name: string, database?: string): Promise<Row> {
    return this.#row({ ask: 'getFunction', function: name, ...defined({ database }) });
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
  cacheTable(table: string, storageLevel?: StorageLevel): Promise<void> {
    return this.#run({ ask: 'cacheTable', table, ...defined({ storageLevel }) });
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
  async #row(call: CatalogCall): Promise<Row> {
    const [row] = await this.#rows(call);
    if (row === undefined) throw new SparkConnectError('not-found', `the catalog answered ${call.ask} with nothing`);
    return row;
  }
  async #run(call: CatalogCall): Promise<void> {
    await this.#rows(call);
  }
  #node(call: CatalogCall): RelationNode {
    return relation({ kind: 'catalog', call });
  }
}
