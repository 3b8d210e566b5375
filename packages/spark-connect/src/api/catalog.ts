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
import { type ActionOptions, collectRows, singleValue } from './actions.ts';
import type {
  CatalogColumn,
  CatalogDatabase,
  CatalogFunction,
  CatalogMetadata,
  CatalogTable,
} from './catalog-entries.ts';
import type { DataFrame } from './data-frame/index.ts';
import { mergeOptions, type OptionValues } from './options.ts';
import type { SparkSession } from './spark-session.ts';

/**
 * What a new table of the catalog is made with.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Catalog.createTable.html
 */
export interface CreateTableOptions {
  /** Where the files are; with one, dropping the table leaves them. */
  readonly path?: string | undefined;
  /** The format, e.g. `parquet`; by default the server's `spark.sql.sources.default`. */
  readonly source?: string | undefined;
  /** Undefined: as the files at the path have it. */
  readonly schema?: StructType | undefined;
  /** A comment for people, kept with the table. */
  readonly description?: string | undefined;
  /** Options of the format. */
  readonly options?: OptionValues | undefined;
}

/**
 * Databases, tables, views and the cache. A listing comes as rows with Spark's column names (`name`, `tableType` …).
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/catalog.html
 */
export class Catalog {
  readonly #session: SparkSession;

  constructor(session: SparkSession) {
    this.#session = session;
  }

  /** The catalog in which names without one are looked up. */
  currentCatalog(options: ActionOptions = {}): Promise<string> {
    return this.#value({ ask: 'currentCatalog' }, options);
  }
  /** Looks names up in this catalog from now on. */
  setCurrentCatalog(catalog: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'setCurrentCatalog', catalog }, options);
  }
  /** Names of the catalogs; a pattern may have `*`. */
  listCatalogs(pattern?: string, options: ActionOptions = {}): Promise<CatalogMetadata[]> {
    return this.#rows({ ask: 'listCatalogs', ...defined({ pattern }) }, options);
  }
  /** The database in which names without one are looked up. */
  currentDatabase(options: ActionOptions = {}): Promise<string> {
    return this.#value({ ask: 'currentDatabase' }, options);
  }
  /** Looks names up in this database from now on. */
  setCurrentDatabase(database: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'setCurrentDatabase', database }, options);
  }
  /** The databases of the current catalog; a pattern may have `*`. */
  listDatabases(pattern?: string, options: ActionOptions = {}): Promise<CatalogDatabase[]> {
    return this.#rows({ ask: 'listDatabases', ...defined({ pattern }) }, options);
  }
  /** Whether there is a database of this name. */
  databaseExists(database: string, options: ActionOptions = {}): Promise<boolean> {
    return this.#value({ ask: 'databaseExists', database }, options);
  }
  /** What there is to know of a database. @throws not-found */
  getDatabase(database: string, options: ActionOptions = {}): Promise<CatalogDatabase> {
    return this.#row({ ask: 'getDatabase', database }, options);
  }
  /** Tables and temporary views. */
  listTables(database?: string, pattern?: string, options: ActionOptions = {}): Promise<CatalogTable[]> {
    return this.#rows({ ask: 'listTables', ...defined({ database, pattern }) }, options);
  }
  /** Whether there is a table or view of this name. */
  tableExists(table: string, database?: string, options: ActionOptions = {}): Promise<boolean> {
    return this.#value({ ask: 'tableExists', table, ...defined({ database }) }, options);
  }
  /** What there is to know of a table or view. @throws analysis where there is none */
  getTable(table: string, database?: string, options: ActionOptions = {}): Promise<CatalogTable> {
    return this.#row({ ask: 'getTable', table, ...defined({ database }) }, options);
  }
  /**
   * A new table, empty but for the files that its path may hold already.
   *
   * @throws analysis where there is a table of this name
   */
  async createTable(table: string, options: CreateTableOptions & ActionOptions = {}): Promise<DataFrame> {
    const { options: given = {}, signal, tags, ...rest } = options;
    const definition: TableDefinition = { ...defined(rest), options: mergeOptions({}, given) };
    await this.#run({ ask: 'createTable', table, definition }, { signal, tags });
    return this.#session.table(table);
  }
  /** The same as {@link createTable}, by its name of long ago. */
  createExternalTable(table: string, options: CreateTableOptions & ActionOptions = {}): Promise<DataFrame> {
    return this.createTable(table, options);
  }
  /** The columns of a table or view. */
  listColumns(table: string, database?: string, options: ActionOptions = {}): Promise<CatalogColumn[]> {
    return this.#rows({ ask: 'listColumns', table, ...defined({ database }) }, options);
  }
  /** Spark's own functions and those that were registered; a pattern may have `*`. */
  listFunctions(database?: string, pattern?: string, options: ActionOptions = {}): Promise<CatalogFunction[]> {
    return this.#rows({ ask: 'listFunctions', ...defined({ database, pattern }) }, options);
  }
  /** What there is to know of a function. @throws analysis where there is none */
  getFunction(name: string, database?: string, options: ActionOptions = {}): Promise<CatalogFunction> {
    return this.#row({ ask: 'getFunction', function: name, ...defined({ database }) }, options);
  }
  /** Whether there is a function of this name. */
  functionExists(name: string, database?: string, options: ActionOptions = {}): Promise<boolean> {
    return this.#value({ ask: 'functionExists', function: name, ...defined({ database }) }, options);
  }
  /** Whether there was a view of this name. */
  dropTempView(view: string, options: ActionOptions = {}): Promise<boolean> {
    return this.#value({ ask: 'dropTempView', view }, options);
  }
  /** Whether there was a global temporary view of this name. */
  dropGlobalTempView(view: string, options: ActionOptions = {}): Promise<boolean> {
    return this.#value({ ask: 'dropGlobalTempView', view }, options);
  }
  /** Whether the rows of a table are kept. */
  isCached(table: string, options: ActionOptions = {}): Promise<boolean> {
    return this.#value({ ask: 'isCached', table }, options);
  }
  /** Keeps the rows of a table once they have been computed. */
  cacheTable(table: string, storageLevel?: StorageLevel, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'cacheTable', table, ...defined({ storageLevel }) }, options);
  }
  /** Keeps the rows of a table no longer. */
  uncacheTable(table: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'uncacheTable', table }, options);
  }
  /** Keeps the rows of no table any longer. */
  clearCache(options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'clearCache' }, options);
  }
  /** Forgets what is known of a table's files, after another program has changed them. */
  refreshTable(table: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'refreshTable', table }, options);
  }
  /** Forgets what is known of the files below a path. */
  refreshByPath(path: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'refreshByPath', path }, options);
  }
  /** Finds the partitions that are in the folder of a table and not in the catalog. */
  recoverPartitions(table: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ ask: 'recoverPartitions', table }, options);
  }

  async #value<T>(call: CatalogCall, options: ActionOptions): Promise<T> {
    return (await singleValue(this.#session.client, this.#node(call), options)) as T;
  }
  async #rows<T>(call: CatalogCall, options: ActionOptions): Promise<T[]> {
    return (await collectRows(this.#session.client, this.#node(call), options)) as T[];
  }
  async #row<T>(call: CatalogCall, options: ActionOptions): Promise<T> {
    const [row] = await this.#rows<T>(call, options);
    if (row === undefined) throw new SparkConnectError('not-found', `the catalog answered ${call.ask} with nothing`);
    return row;
  }
  async #run(call: CatalogCall, options: ActionOptions): Promise<void> {
    await this.#rows(call, options);
  }
  #node(call: CatalogCall): RelationNode {
    return relation({ kind: 'catalog', call });
  }
}
