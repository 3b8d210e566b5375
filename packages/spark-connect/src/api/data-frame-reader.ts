import { defined, relation } from '../plan/relations/index.ts';
import type { StructType } from '../types/index.ts';
import { DataFrame } from './data-frame.ts';
import { mergeOptions, type OptionValue, type OptionValues } from './options.ts';
import type { SparkSession } from './spark-session.ts';

interface Settings {
  readonly format?: string;
  readonly schema?: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Reads files, tables and other systems. Immutable: every setting returns a new reader. Nothing is read before an action.
 *
 * Source: https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameReader.html
 */
export class DataFrameReader {
  readonly #session: SparkSession;
  readonly #settings: Settings;

  constructor(session: SparkSession, settings: Settings = { options: {} }) {
    this.#session = session;
    this.#settings = Object.freeze(settings);
  }

  format(format: string): DataFrameReader {
    return this.#with({ format });
  }
  /** A schema, or DDL text such as `'a INT, b STRING'`; with one, Spark need not look into the data to find it. */
  schema(schema: StructType | string): DataFrameReader {
    return this.#with({ schema: typeof schema === 'string' ? schema : schema.json() });
  }
  option(key: string, value: OptionValue): DataFrameReader {
    return this.options({ [key]: value });
  }
  options(options: OptionValues): DataFrameReader {
    return this.#with({ options: mergeOptions(this.#settings.options, options) });
  }

  load(...paths: readonly string[]): DataFrame {
    const source = { kind: 'readSource', paths, predicates: [], streaming: false } as const;
    return new DataFrame(this.#session, relation({ ...source, ...this.#settings }));
  }
  /** A table, or a temporary view. */
  table(table: string): DataFrame {
    const { options } = this.#settings;
    return new DataFrame(this.#session, relation({ kind: 'readTable', table, options, streaming: false }));
  }
  parquet(...paths: readonly string[]): DataFrame {
    return this.format('parquet').load(...paths);
  }
  json(...paths: readonly string[]): DataFrame {
    return this.format('json').load(...paths);
  }
  csv(...paths: readonly string[]): DataFrame {
    return this.format('csv').load(...paths);
  }
  orc(...paths: readonly string[]): DataFrame {
    return this.format('orc').load(...paths);
  }
  text(...paths: readonly string[]): DataFrame {
    return this.format('text').load(...paths);
  }

  #with(settings: Partial<Settings>): DataFrameReader {
    return new DataFrameReader(this.#session, { ...this.#settings, ...defined(settings) });
  }
}
