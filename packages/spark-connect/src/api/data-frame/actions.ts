import type { Table } from 'apache-arrow';
import type { Row, RowBatch } from '../../arrow/index.ts';
import { SparkConnectError } from '../../errors.ts';
import { Column } from '../../functions/column.ts';
import { aliasNode } from '../../plan/expressions.ts';
import { literalNode } from '../../plan/literals.ts';
import { relation } from '../../plan/relations/index.ts';
import {
  type ActionOptions,
  collectArrow,
  collectRows,
  executeBatches,
  type NotedAction,
  singleValue,
} from '../actions.ts';
import type { ExecutionInfo } from '../execution-info.ts';
import { type CommandRun, runCommand } from '../run-command.ts';
import { rowCount } from './base.ts';
import { FrameGroups } from './groups.ts';

/**
 * How `show` prints a table.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.show.html
 */
export interface ShowOptions {
  /** Cut cells longer than this; true is 20, false is never. */
  readonly truncate?: boolean | number | undefined;
  /** One line per cell. */
  readonly vertical?: boolean | undefined;
}

/** What runs on the server and brings rows. */
export abstract class FrameActions extends FrameGroups {
  #executionInfo: ExecutionInfo | undefined;

  /** All rows as plain objects; they have to fit into memory. */
  async collect<T = Row>(options: ActionOptions = {}): Promise<T[]> {
    return (await collectRows(this.session.client, this.node, this.#noting(options))) as T[];
  }
  /** The rows one by one, with one batch in memory. */
  toLocalIterator<T = Row>(options: ActionOptions = {}): AsyncGenerator<T, void, undefined> {
    return rowsOf<T>(this.toBatches(options));
  }
  /** The rows in the batches that the server sends, for access by column. */
  toBatches(options: ActionOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
    return executeBatches(this.session.client, this.node, this.#noting(options));
  }
  /**
   * All rows as a table of the package apache-arrow, which looks into the very bytes that came; they have to fit into memory.
   *
   * @throws SparkConnectError decode for a batch that is no Arrow stream
   */
  toArrow(options: ActionOptions = {}): Promise<Table> {
    return collectArrow(this.session.client, this.node, this.#noting(options));
  }
  /** What the last action on this very DataFrame cost, a write or merge of it too, as the server told; undefined before the first. */
  get executionInfo(): ExecutionInfo | undefined {
    return this.#executionInfo;
  }
  /** The first row, or undefined where there is none. */
  async first<T = Row>(options: ActionOptions = {}): Promise<T | undefined> {
    return (await this.take<T>(1, options))[0];
  }
  /** The first rows. */
  async head<T = Row>(limit = 1, options: ActionOptions = {}): Promise<T[]> {
    return this.take<T>(limit, options);
  }
  /** The first rows. */
  async take<T = Row>(limit: number, options: ActionOptions = {}): Promise<T[]> {
    return this.limit(limit).collect<T>(options);
  }
  /** The last rows, in their order. */
  async tail<T = Row>(limit: number, options: ActionOptions = {}): Promise<T[]> {
    return this.wrap(relation({ kind: 'tail', input: this.node, limit: rowCount(limit) })).collect<T>(options);
  }
  /** @throws SparkConnectError decode beyond 2^53 rows */
  async count(options: ActionOptions = {}): Promise<number> {
    const count = BigInt((await singleValue(this.session.client, this.groupBy().count().node, options)) as bigint);
    if (count <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(count);
    throw new SparkConnectError('decode', `${count} rows are more than a number can count exactly`);
  }
  /** Whether there is no row. */
  async isEmpty(options: ActionOptions = {}): Promise<boolean> {
    const one = new Column(aliasNode(literalNode(1), ['one']));
    return (await this.select(one).take(1, options)).length === 0;
  }
  /** Prints the first rows as a table. */
  async show(numRows = 20, options: ShowOptions & ActionOptions = {}): Promise<void> {
    console.log(await this.showString(numRows, options));
  }
  /** What {@link show} prints. */
  async showString(numRows = 20, options: ShowOptions & ActionOptions = {}): Promise<string> {
    const { truncate = true, vertical = false } = options;
    const width = typeof truncate === 'number' ? truncate : truncate ? 20 : 0;
    const node = relation({
      kind: 'showString',
      input: this.node,
      numRows: rowCount(numRows),
      truncate: width,
      vertical,
    });
    return String(await singleValue(this.session.client, node, options));
  }

  /** Runs commands over this DataFrame. */
  protected get runCommand(): CommandRun {
    return (node, options) => runCommand(this.session.client, node, this.#noting(options));
  }

  #noting(options: ActionOptions): NotedAction {
    return {
      ...options,
      onExecutionInfo: (info) => {
        this.#executionInfo = info;
      },
    };
  }
}

async function* rowsOf<T>(batches: AsyncGenerator<RowBatch, void, undefined>): AsyncGenerator<T, void, undefined> {
  for await (const batch of batches) for (const row of batch) yield row as T;
}
