import { relation } from '../plan/relations/index.ts';
import type { StructType } from '../types/index.ts';
import { DataFrame } from './data-frame/index.ts';
import { mergeOptions, type OptionValue, type OptionValues } from './options.ts';
import type { SparkSession } from './spark-session.ts';

interface Description {
  readonly format?: string;
  readonly schema?: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Describes a streaming source. Immutable: every method returns a new reader.
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamReader.html
 */
export class DataStreamReader {
  readonly #session: SparkSession;
  readonly #description: Description;

  constructor(session: SparkSession, description: Description = { options: {} }) {
    this.#session = session;
    this.#description = Object.freeze(description);
  }

  /** The source: `kafka`, `rate`, `parquet`, `json`, `csv`, `socket` … */
  format(format: string): DataStreamReader {
    return this.#with({ format });
  }

  /** The schema of a file source, as a StructType or DDL text: streams do not infer it. */
  schema(schema: StructType | string): DataStreamReader {
    return this.#with({ schema: typeof schema === 'string' ? schema : schema.json() });
  }

  /** An option of the source. */
  option(key: string, value: OptionValue): DataStreamReader {
    return this.options({ [key]: value });
  }

  /** Options of the source. */
  options(options: OptionValues): DataStreamReader {
    return this.#with({ options: mergeOptions(this.#description.options, options) });
  }

  /** The streaming DataFrame; a path for file sources. */
  load(path?: string): DataFrame {
    return new DataFrame(
      this.#session,
      relation({
        kind: 'readSource',
        ...this.#description,
        paths: path === undefined ? [] : [path],
        predicates: [],
        streaming: true,
      }),
    );
  }

  /** JSON files, as they come into a folder. */
  json(path: string): DataFrame {
    return this.format('json').load(path);
  }

  /** CSV files, as they come into a folder. */
  csv(path: string): DataFrame {
    return this.format('csv').load(path);
  }

  /** Parquet files, as they come into a folder. */
  parquet(path: string): DataFrame {
    return this.format('parquet').load(path);
  }

  /** ORC files, as they come into a folder. */
  orc(path: string): DataFrame {
    return this.format('orc').load(path);
  }

  /** Text files, as they come into a folder, a row for each line. */
  text(path: string): DataFrame {
    return this.format('text').load(path);
  }

  /** Since Spark 4.0. */
  xml(path: string): DataFrame {
    return this.format('xml').load(path);
  }

  /** The stream of rows appended to a table. */
  table(tableName: string): DataFrame {
    const { options } = this.#description;
    return new DataFrame(this.#session, relation({ kind: 'readTable', table: tableName, options, streaming: true }));
  }

  #with(change: Partial<Description>): DataStreamReader {
    return new DataStreamReader(this.#session, { ...this.#description, ...change });
  }
}
