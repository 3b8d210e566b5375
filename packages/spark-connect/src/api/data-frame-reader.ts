import { SparkConnectError } from '../errors.ts';
import { defined, relation } from '../plan/relations/index.ts';
import { fromJson, parseDDL, type StructType } from '../types/index.ts';
import { DataFrame } from './data-frame/index.ts';
import { mergeOptions, type OptionValue, type OptionValues } from './options.ts';
import type { SparkSession } from './spark-session.ts';

/**
 * What is read from a table of a database, and in which parts at once.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameReader.jdbc.html
 */
export interface JdbcOptions {
  /** Passed to the driver: `user`, `password`, `driver`, `fetchsize` … */
  readonly properties?: OptionValues | undefined;
  /** Reads the table in several pieces, by ranges of a numeric or time column. */
  readonly partitions?:
    | {
        readonly column: string;
        readonly lowerBound: number | bigint | string;
        readonly upperBound: number | bigint | string;
        readonly numPartitions: number;
      }
    | undefined;
  /** Reads the table in several pieces, one for each of these conditions in the database's SQL. */
  readonly predicates?: readonly string[] | undefined;
}

interface Settings {
  readonly format?: string;
  readonly schema?: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Reads files, tables and other systems. Immutable: every setting returns a new reader. Nothing is read before an action.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameReader.html
 */
export class DataFrameReader {
  readonly #session: SparkSession;
  readonly #settings: Settings;

  constructor(session: SparkSession, settings: Settings = { options: {} }) {
    this.#session = session;
    this.#settings = Object.freeze(settings);
  }

  /** The format, or the class of a data source. */
  format(format: string): DataFrameReader {
    return this.#with({ format });
  }
  /** A schema, or DDL text such as `'a INT, b STRING'`; with one, Spark need not look into the data to find it. */
  schema(schema: StructType | string): DataFrameReader {
    return this.#with({ schema: typeof schema === 'string' ? schema : schema.json() });
  }
  /** An option of the format. */
  option(key: string, value: OptionValue): DataFrameReader {
    return this.options({ [key]: value });
  }
  /** Options of the format. */
  options(options: OptionValues): DataFrameReader {
    return this.#with({ options: mergeOptions(this.#settings.options, options) });
  }

  /** The files at the paths, or what the options name. */
  load(...paths: readonly string[]): DataFrame {
    const source = { kind: 'readSource', paths, predicates: [], streaming: false } as const;
    return new DataFrame(this.#session, relation({ ...source, ...this.#settings }));
  }
  /** A table, or a temporary view. */
  table(table: string): DataFrame {
    const { options } = this.#settings;
    return new DataFrame(this.#session, relation({ kind: 'readTable', table, options, streaming: false }));
  }
  /** Parquet files. */
  parquet(...paths: readonly string[]): DataFrame {
    return this.format('parquet').load(...paths);
  }
  /** JSON files, a row in each line. */
  json(...paths: readonly string[]): DataFrame;
  /** JSON text that a DataFrame holds in its one column. */
  json(lines: DataFrame): DataFrame;
  json(...sources: readonly (string | DataFrame)[]): DataFrame {
    return this.#pathsOrLines('json', sources);
  }
  /** CSV files. */
  csv(...paths: readonly string[]): DataFrame;
  /** CSV text that a DataFrame holds in its one column. */
  csv(lines: DataFrame): DataFrame;
  csv(...sources: readonly (string | DataFrame)[]): DataFrame {
    return this.#pathsOrLines('csv', sources);
  }
  /** ORC files. */
  orc(...paths: readonly string[]): DataFrame {
    return this.format('orc').load(...paths);
  }
  /** Text files, a row for each line in the column `value`. */
  text(...paths: readonly string[]): DataFrame {
    return this.format('text').load(...paths);
  }

  /** Since Spark 4.0. The option `rowTag` names the element that is a row. */
  xml(...paths: readonly string[]): DataFrame {
    return this.format('xml').load(...paths);
  }
  /**
   * A table of a database, read over JDBC; its driver must be on the server's class path.
   *
   * @param table a name, or a query in parentheses with an alias
   */
  jdbc(url: string, table: string, options: JdbcOptions = {}): DataFrame {
    const { properties = {}, partitions, predicates = [] } = options;
    if (partitions !== undefined && predicates.length > 0) {
      throw new SparkConnectError('invalid-argument', 'jdbc takes partitions or predicates, not both');
    }
    const { column: partitionColumn, lowerBound, upperBound, numPartitions } = partitions ?? {};
    const split = defined({ partitionColumn, lowerBound, upperBound, numPartitions });
    const reader = this.format('jdbc').options({ ...properties, ...split, url, dbtable: table });
    return new DataFrame(
      this.#session,
      relation({ kind: 'readSource', paths: [], predicates, streaming: false, ...reader.#settings }),
    );
  }
  #pathsOrLines(format: 'csv' | 'json', sources: readonly (string | DataFrame)[]): DataFrame {
    const [first] = sources;
    if (first instanceof DataFrame) return this.#parse(first, format);
    return this.format(format).load(...sources.filter((source) => typeof source === 'string'));
  }

  #parse(lines: DataFrame, format: 'csv' | 'json'): DataFrame {
    const { schema, options } = this.#settings;
    const type = schema === undefined ? undefined : schemaOf(schema);
    return new DataFrame(
      this.#session,
      relation({ kind: 'parse', input: lines.node, format, options, ...defined({ schema: type }) }),
    );
  }

  #with(settings: Partial<Settings>): DataFrameReader {
    return new DataFrameReader(this.#session, { ...this.#settings, ...defined(settings) });
  }
}

/** The settings hold a schema as text: JSON of a StructType, or the user's DDL. */
function schemaOf(text: string): StructType {
  const type = text.trimStart().startsWith('{') ? fromJson(text) : parseDDL(text);
  if (type.kind === 'struct') return type;
  throw new SparkConnectError('invalid-argument', `a schema is a struct, not ${type.kind}`);
}
