/**
 * What the catalog lists, by Spark's own names. Aliases and no interfaces: so each is a row too, for whoever takes rows.
 */

/**
 * A catalog, such as `spark_catalog`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Catalog.listCatalogs.html
 */
export type CatalogMetadata = {
  readonly name: string;
  readonly description: string | null;
};

/**
 * A database of a catalog.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Catalog.getDatabase.html
 */
export type CatalogDatabase = {
  readonly name: string;
  readonly catalog: string | null;
  readonly description: string | null;
  /** Where its tables are. */
  readonly locationUri: string;
};

/**
 * A table or view.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Catalog.getTable.html
 */
export type CatalogTable = {
  readonly name: string;
  /** Null for a temporary view. */
  readonly catalog: string | null;
  /** The names of its database, from the outermost on; null or empty for a temporary view. */
  readonly namespace: readonly string[] | null;
  readonly description: string | null;
  /** `MANAGED`, `EXTERNAL`, `VIEW`, `TEMPORARY` … */
  readonly tableType: string | null;
  /** Whether it is a temporary view. */
  readonly isTemporary: boolean;
};

/**
 * A column of a table or view.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Catalog.listColumns.html
 */
export type CatalogColumn = {
  readonly name: string;
  readonly description: string | null;
  /** As Spark writes it in short, e.g. `bigint`. */
  readonly dataType: string;
  readonly nullable: boolean;
  /** Whether the table's files are in a folder for each of its values. */
  readonly isPartition: boolean;
  /** Whether the table's files are by the hash of it. */
  readonly isBucket: boolean;
  /** Whether the table is clustered by it. Since Spark 4.0. */
  readonly isCluster?: boolean;
};

/**
 * A function, of Spark's own or registered.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Catalog.getFunction.html
 */
export type CatalogFunction = {
  readonly name: string;
  readonly catalog: string | null;
  /** The names of its database, from the outermost on; null for Spark's own. */
  readonly namespace: readonly string[] | null;
  readonly description: string | null;
  /** Its class in Java or Scala. */
  readonly className: string;
  /** Whether it is of this session only, or Spark's own. */
  readonly isTemporary: boolean;
};
