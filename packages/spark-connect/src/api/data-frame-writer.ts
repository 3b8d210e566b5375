import { SparkConnectError } from '../errors.ts';
import { command, type SaveMode, type SaveTarget, type WriteNode } from '../plan/commands.ts';
import { defined, type RelationNode } from '../plan/relations/index.ts';
import type { ActionOptions } from './actions.ts';
import { mergeOptions, type OptionValue, type OptionValues } from './options.ts';
import type { CommandRun } from './run-command.ts';

type Settings = Omit<WriteNode, 'kind' | 'input' | 'target'>;

/** By the names that Spark knows, whose case it does not mind. */
const saveModes: ReadonlyMap<string, SaveMode> = new Map([
  ['append', 'append'],
  ['overwrite', 'overwrite'],
  ['error', 'error'],
  ['errorifexists', 'error'],
  ['ignore', 'ignore'],
]);

const nothingSet: Settings = { options: {}, partitionBy: [], sortBy: [], clusterBy: [] };

/**
 * Writes a DataFrame to files, a table or another system. Immutable: every setting returns a new writer.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameWriter.html
 */
export class DataFrameWriter {
  readonly #runCommand: CommandRun;
  readonly #input: RelationNode;
  readonly #settings: Settings;

  constructor(runCommand: CommandRun, input: RelationNode, settings: Settings = nothingSet) {
    this.#runCommand = runCommand;
    this.#input = input;
    this.#settings = Object.freeze(settings);
  }

  /** The format, or the class of a data source. */
  format(format: string): DataFrameWriter {
    return this.#with({ format });
  }
  /**
   * What happens where data is already: `error` (the default) refuses, `ignore` writes nothing.
   *
   * @throws SparkConnectError invalid-argument for a mode that Spark does not have
   */
  mode(mode: SaveMode): DataFrameWriter {
    const known = saveModes.get(mode.toLowerCase());
    if (known !== undefined) return this.#with({ mode: known });
    const modes = [...saveModes.keys()].join(', ');
    throw new SparkConnectError('invalid-argument', `there is no save mode '${mode}': ${modes}`);
  }
  /** An option of the format. */
  option(key: string, value: OptionValue): DataFrameWriter {
    return this.options({ [key]: value });
  }
  /** Options of the format. */
  options(options: OptionValues): DataFrameWriter {
    return this.#with({ options: mergeOptions(this.#settings.options, options) });
  }
  /** A folder for each combination of the values of these columns. */
  partitionBy(...columns: readonly string[]): DataFrameWriter {
    return this.#with({ partitionBy: columns });
  }
  /** A fixed number of files, by the hash of columns; for tables only. */
  bucketBy(numBuckets: number, ...columns: readonly string[]): DataFrameWriter {
    return this.#with({ bucketBy: { numBuckets, columns } });
  }
  /** The order within each bucket. */
  sortBy(...columns: readonly string[]): DataFrameWriter {
    return this.#with({ sortBy: columns });
  }
  /** Since Spark 4.0. */
  clusterBy(...columns: readonly string[]): DataFrameWriter {
    return this.#with({ clusterBy: columns });
  }

  /** @param path left out for formats that have none, such as kafka or noop */
  save(path?: string, options: ActionOptions = {}): Promise<void> {
    return this.#run(path === undefined ? { to: 'source' } : { to: 'path', path }, options);
  }
  /** As a table of the catalog. */
  saveAsTable(table: string, options: ActionOptions = {}): Promise<void> {
    return this.#run({ to: 'table', table, method: 'saveAsTable' }, options);
  }
  /** Into an existing table, by position of the columns. */
  insertInto(table: string, options: ActionOptions & { readonly overwrite?: boolean | undefined } = {}): Promise<void> {
    const writer = options.overwrite === undefined ? this : this.mode(options.overwrite ? 'overwrite' : 'append');
    return writer.#run({ to: 'table', table, method: 'insertInto' }, options);
  }
  /** As Parquet files. */
  parquet(path: string, options: ActionOptions = {}): Promise<void> {
    return this.format('parquet').save(path, options);
  }
  /** As JSON files, a row in each line. */
  json(path: string, options: ActionOptions = {}): Promise<void> {
    return this.format('json').save(path, options);
  }
  /** As CSV files. */
  csv(path: string, options: ActionOptions = {}): Promise<void> {
    return this.format('csv').save(path, options);
  }
  /** As ORC files. */
  orc(path: string, options: ActionOptions = {}): Promise<void> {
    return this.format('orc').save(path, options);
  }
  /** As text files, of one column of text. */
  text(path: string, options: ActionOptions = {}): Promise<void> {
    return this.format('text').save(path, options);
  }

  /** Since Spark 4.0. The option `rowTag` names the element that is a row. */
  xml(path: string, options: ActionOptions = {}): Promise<void> {
    return this.format('xml').save(path, options);
  }
  /** A table of a database, written over JDBC; its driver must be on the server's class path. */
  jdbc(
    url: string,
    table: string,
    options: ActionOptions & { readonly properties?: OptionValues | undefined } = {},
  ): Promise<void> {
    const { properties = {}, ...rest } = options;
    return this.format('jdbc')
      .options({ ...properties, url, dbtable: table })
      .save(undefined, rest);
  }

  /** The command record that `save` and its like send, for tools and tests. */
  toCommand(target: SaveTarget): WriteNode {
    return command({ kind: 'write', input: this.#input, target, ...this.#settings });
  }

  #with(settings: Partial<Settings>): DataFrameWriter {
    return new DataFrameWriter(this.#runCommand, this.#input, { ...this.#settings, ...defined(settings) });
  }

  async #run(target: SaveTarget, options: ActionOptions): Promise<void> {
    await this.#runCommand(this.toCommand(target), options);
  }
}
