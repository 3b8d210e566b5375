import { type Column, type ColumnOrName, nameToExpression, optionalExpression } from '../functions/column.ts';
import { command, type WriteTableNode } from '../plan/commands.ts';
import { defined, type RelationNode } from '../plan/relations/index.ts';
import type { ActionOptions } from './actions.ts';
import { mergeOptions, type OptionValue, type OptionValues } from './options.ts';
import type { CommandRun } from './run-command.ts';

type Settings = Omit<WriteTableNode, 'kind' | 'input' | 'table' | 'mode' | 'overwriteCondition'>;

const nothingSet: Settings = { options: {}, tableProperties: {}, partitionBy: [], clusterBy: [] };

/**
 * Writes a DataFrame to a table of a catalog (data source V2). Immutable: every setting returns a new writer.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrameWriterV2.html
 */
export class DataFrameWriterV2 {
  readonly #runCommand: CommandRun;
  readonly #input: RelationNode;
  readonly #table: string;
  readonly #settings: Settings;

  constructor(runCommand: CommandRun, input: RelationNode, table: string, settings: Settings = nothingSet) {
    this.#runCommand = runCommand;
    this.#input = input;
    this.#table = table;
    this.#settings = Object.freeze(settings);
  }

  /** The format of a new table. */
  using(provider: string): DataFrameWriterV2 {
    return this.#with({ provider });
  }
  /** An option of this write. */
  option(key: string, value: OptionValue): DataFrameWriterV2 {
    return this.options({ [key]: value });
  }
  /** Options of this write. */
  options(options: OptionValues): DataFrameWriterV2 {
    return this.#with({ options: mergeOptions(this.#settings.options, options) });
  }
  /** A property of a new table. */
  tableProperty(key: string, value: OptionValue): DataFrameWriterV2 {
    return this.#with({ tableProperties: { ...this.#settings.tableProperties, [key]: String(value) } });
  }
  /** Columns, or transforms of them. */
  partitionedBy(...columns: readonly ColumnOrName[]): DataFrameWriterV2 {
    return this.#with({ partitionBy: columns.map(nameToExpression) });
  }
  /** Since Spark 4.0. */
  clusterBy(...columns: readonly string[]): DataFrameWriterV2 {
    return this.#with({ clusterBy: columns });
  }

  /** A new table. @throws analysis where there is one */
  create(options: ActionOptions = {}): Promise<void> {
    return this.#run('create', options);
  }
  /** A new table in place of the one that is there. @throws analysis where there is none */
  replace(options: ActionOptions = {}): Promise<void> {
    return this.#run('replace', options);
  }
  /** A new table, in place of one that is there. */
  createOrReplace(options: ActionOptions = {}): Promise<void> {
    return this.#run('createOrReplace', options);
  }
  /** Adds the rows to the table. */
  append(options: ActionOptions = {}): Promise<void> {
    return this.#run('append', options);
  }
  /** Replaces the rows for which the condition is true. */
  overwrite(condition: Column, options: ActionOptions = {}): Promise<void> {
    return this.#run('overwrite', options, condition);
  }
  /** Replaces every partition that the DataFrame has a row for. */
  overwritePartitions(options: ActionOptions = {}): Promise<void> {
    return this.#run('overwritePartitions', options);
  }

  #with(settings: Partial<Settings>): DataFrameWriterV2 {
    return new DataFrameWriterV2(this.#runCommand, this.#input, this.#table, {
      ...this.#settings,
      ...defined(settings),
    });
  }

  async #run(mode: WriteTableNode['mode'], options: ActionOptions, condition?: Column): Promise<void> {
    const optional = defined({ overwriteCondition: optionalExpression(condition) });
    const base = { kind: 'writeTable', input: this.#input, table: this.#table, mode } as const;
    const node = command({ ...base, ...this.#settings, ...optional });
    await this.#runCommand(node, options);
  }
}
