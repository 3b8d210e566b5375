import type { Table } from 'apache-arrow';
import type { InputRow } from '../arrow/index.ts';
import type { CallSignal } from '../client/connect-options.ts';
import type { ProgressHandler } from '../client/progress-handlers.ts';
import type { SessionClient } from '../client/session-client.ts';
import type { SessionConf } from '../client/session-conf.ts';
import { checkedTag } from '../client/tags.ts';
import { invalid, SparkConnectError } from '../errors.ts';
import { type ColumnOrValue, toExpression } from '../functions/column.ts';
import { command } from '../plan/commands.ts';
import type { ExpressionNode } from '../plan/expressions.ts';
import { defined, type RelationNode, relation } from '../plan/relations/index.ts';
import { StreamingQueryManager } from '../streaming/streaming-query-manager.ts';
import { INSPECT, isWellFormed, parseDDL, StructType } from '../types/index.ts';
import type { ActionOptions } from './actions.ts';
import { arrowRoom } from './arrow-room.ts';
import { Catalog } from './catalog.ts';
import { nodeIn } from './data-frame/base.ts';
import { DataFrame } from './data-frame/index.ts';
import { DataFrameReader } from './data-frame-reader.ts';
import { DataStreamReader } from './data-stream-reader.ts';
import { checkNameCount, checkNames, localRows, localTables, type RowSchema } from './local-rows.ts';
import { runCommand } from './run-command.ts';
import { type ArtifactKind, copiedFile, fileArtifact } from './session-files.ts';
import { SparkSessionBuilder } from './spark-session-builder.ts';
import { placeTables } from './sql-tables.ts';
import { TableValuedFunction } from './table-valued-function.ts';

/**
 * Values for the parameters of a statement: by name for `:name`, in order for `?`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.sql.html
 */
export type SqlArgs = Readonly<Record<string, ColumnOrValue>> | readonly ColumnOrValue[];
/**
 * How a statement runs, and what it may call by name.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.sql.html
 */
export interface SqlOptions extends ActionOptions {
  /** DataFrames that the statement reads: `{vitals}` in its text stands for the one of that name. Since Spark 4.0. */
  readonly tables?: Readonly<Record<string, DataFrame>> | undefined;
}
/**
 * A session on a Spark Connect server: the way to tables, views, SQL and streams.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/spark_session.html
 */
export class SparkSession {
  /** Those that builders have given, the last one at the end. */
  static #given: readonly SparkSession[] = [];
  /** The connection, for what has no method here. */
  readonly client: SessionClient;
  readonly #stopped: () => void;

  /** Sessions come from {@link SparkSession.builder}. */
  constructor(client: SessionClient, stopped: () => void = () => {}) {
    this.client = client;
    this.#stopped = stopped;
  }

  /** Describes a session, to be opened. */
  static builder(): SparkSessionBuilder<SparkSession> {
    return new SparkSessionBuilder({
      make: (client, stopped) => new SparkSession(client, stopped),
      given: (session) => {
        const others = SparkSession.#given.filter((other) => other !== session && !other.isStopped);
        SparkSession.#given = [...others, session];
      },
    });
  }

  /** The session that a builder of this process gave last, of those that are open. */
  static getActiveSession(): SparkSession | undefined {
    return SparkSession.#given.findLast((session) => !session.isStopped);
  }
  /** {@link getActiveSession}, where there must be one. @throws not-found */
  static active(): SparkSession {
    const session = SparkSession.getActiveSession();
    if (session !== undefined) return session;
    throw new SparkConnectError('not-found', 'no session is open in this process');
  }

  /** The session's id, a UUID. */
  get sessionId(): string {
    return this.client.sessionId;
  }
  /** What Node's console prints: where it is. */
  [INSPECT](): string {
    return `SparkSession<${this.client.address}, ${this.sessionId}>`;
  }
  /** Whether this program has stopped or left it, or the server has ended it. */
  get isStopped(): boolean {
    return this.client.isClosed || this.client.isLost;
  }
  /** The session's settings. */
  get conf(): SessionConf {
    return this.client.conf;
  }
  /** Databases, tables, views and the cache. */
  get catalog(): Catalog {
    return new Catalog(this);
  }
  /** Reads files, tables and other systems. */
  get read(): DataFrameReader {
    return new DataFrameReader(this);
  }
  /** Reads what comes as long as a query runs. */
  get readStream(): DataStreamReader {
    return new DataStreamReader(this);
  }
  /** Functions whose result is a table. */
  get tvf(): TableValuedFunction {
    return new TableValuedFunction(this);
  }
  /** The session's streaming queries. */
  get streams(): StreamingQueryManager {
    return new StreamingQueryManager(this.client);
  }

  /** Spark's version on the server, e.g. `4.1.1`. */
  async version(): Promise<string> {
    return this.client.serverVersion;
  }

  /**
   * Sends a statement to the server at once; of a query the rows come with an action on the result.
   *
   * @param args values for `:name` (an object) or `?` (an array); strings are text. Columns need Spark 4.0
   * @throws SparkConnectError invalid-argument for what is no literal, half characters, and a DataFrame of another session
   */
  async sql(query: string, args: SqlArgs = {}, { tables = {}, ...options }: SqlOptions = {}): Promise<DataFrame> {
    if (!isWellFormed(query)) throw invalid('the statement has half characters (lone surrogates): remove them');
    const positional = Array.isArray(args)
      ? (args as readonly ColumnOrValue[]).map((value, i) => argument(`?${i + 1}`, value))
      : [];
    const entries = Array.isArray(args) ? [] : Object.entries(args as Readonly<Record<string, ColumnOrValue>>);
    const named = Object.fromEntries(entries.map(([name, value]) => [name, argument(`:${name}`, value)]));
    const placed = placeTables(
      query,
      Object.entries(tables).map(([name, frame]) => [name, nodeIn(this, frame)]),
    );
    const statement = relation({ kind: 'sql', ...placed, args: { named, positional } });
    const node = command({ kind: 'sqlCommand', sql: statement });
    for (const { responseType } of await runCommand(this.client, node, options)) {
      if (responseType.case !== 'sqlCommandResult' || responseType.value.relation === undefined) continue;
      return new DataFrame(this, relation({ kind: 'serverRelation', relation: responseType.value.relation }));
    }
    throw new SparkConnectError('protocol', 'the server answered the statement without a result');
  }

  /** A DataFrame of this session on a plan record. */
  dataFrame(node: RelationNode): DataFrame {
    return new DataFrame(this, node);
  }

  /** A table or temporary view. */
  table(name: string): DataFrame {
    return this.read.table(name);
  }

  /** The longs of a range in a column `id`: `range(end)` or `range(start, end, step)`. */
  range(
    startOrEnd: number | bigint,
    end?: number | bigint,
    step: number | bigint = 1,
    options: { readonly numPartitions?: number | undefined } = {},
  ): DataFrame {
    const [first, last] = end === undefined ? [0n, startOrEnd] : [startOrEnd, end];
    const bounds = { start: toLong(first), end: toLong(last), step: toLong(step) };
    return new DataFrame(
      this,
      relation({ kind: 'range', ...bounds, ...defined({ numPartitions: options.numPartitions }) }),
    );
  }

  /**
   * A DataFrame of an apache-arrow Table, whose values come through exactly: dictionaries as what they stand for, times
   * in microseconds.
   *
   * @param schema types to cast the columns to, found by name, where no number loses digits; or new names for them, in order
   * @throws SparkConnectError decode for a type that Spark has not; encode for a value that Spark cannot hold, and where
   *   the columns are not those of the schema
   */
  createDataFrame(table: Table, schema?: StructType | string | readonly string[]): DataFrame;
  /**
   * A DataFrame of rows that are here, sent with the plan.
   *
   * With a schema, rows must have a value (or null) for each of its columns. Without one, types are inferred from all
   * rows, and what a row does not have, or has undefined, is null, in inner objects and arrays, too.
   *
   * @param rows objects by column name, or arrays in the schema's order
   * @param schema a StructType, DDL text, or names of the columns: objects' columns are renamed in the order in which
   *   their keys turn up
   * @throws SparkConnectError encode: a value does not fit its column (the message names row and column)
   */
  createDataFrame(rows: readonly InputRow[], schema?: StructType | string | readonly string[]): DataFrame;
  createDataFrame(rows: readonly InputRow[] | Table, schema?: RowSchema): DataFrame {
    if (arrowRoom().isArrowTable(rows)) return this.#tableFrame(rows, schema);
    return new DataFrame(this, localRows(rows, schema, this.client.localBatchBytes));
  }

  /** An empty DataFrame without columns. */
  emptyDataFrame(): DataFrame {
    return this.createDataFrame([], new StructType([]));
  }

  /** Tags all executions of this session from now on, so that {@link interruptTag} finds them. */
  addTag(tag: string): void {
    this.client.tags.add(checkedTag(tag));
  }
  /** Tags executions with it no longer. */
  removeTag(tag: string): void {
    this.client.tags.delete(checkedTag(tag));
  }
  /** What executions are tagged with. */
  getTags(): readonly string[] {
    return [...this.client.tags];
  }
  /** Tags executions no longer. */
  clearTags(): void {
    this.client.tags.clear();
  }
  /** Is told how far each execution of this session has come, while it runs and when it ends. Since Spark 4.0. */
  registerProgressHandler(handler: ProgressHandler): void {
    this.client.progress.add(handler);
  }
  /** Tells the handler no more. */
  removeProgressHandler(handler: ProgressHandler): void {
    this.client.progress.remove(handler);
  }
  /** Tells no handler any more. */
  clearProgressHandlers(): void {
    this.client.progress.clear();
  }

  /**
   * Sends files to the session, for its own code there: jars by default.
   *
   * @throws invalid-argument where a file cannot be read
   */
  async addArtifacts(
    paths: readonly string[],
    { kind = 'jar', signal }: CallSignal & { readonly kind?: ArtifactKind | undefined } = {},
  ): Promise<void> {
    await this.client.addArtifacts(await Promise.all(paths.map((path) => fileArtifact(path, kind))), { signal });
  }
  /** {@link addArtifacts} of one file. */
  addArtifact(path: string, options: Parameters<SparkSession['addArtifacts']>[1] = {}): Promise<void> {
    return this.addArtifacts([path], options);
  }
  /**
   * Writes a file of this machine to the file system of the cluster. The server must allow it
   * where that file system is its own disk: by the setting `spark.sql.artifact.copyFromLocalToFs.allowDestLocal` of the session,
   * and on 3.5 by the server's own `spark.connect.copyFromLocalToFs.allowDestLocal`.
   */
  async copyFromLocalToFs(path: string, destination: string, options: CallSignal = {}): Promise<void> {
    await this.client.addArtifacts([await copiedFile(path, destination)], options);
  }

  /** A session that begins with this one's views, settings and functions, and then goes its own way. Since Spark 4.1. */
  async cloneSession(newSessionId?: string, options: CallSignal = {}): Promise<SparkSession> {
    return new SparkSession(await this.client.clone(newSessionId, options));
  }

  /** Interrupts all that the session executes. @returns the ids of the operations */
  interruptAll(options: CallSignal = {}): Promise<readonly string[]> {
    return this.client.interruptAll(options);
  }
  /** Interrupts what is tagged so. @returns the ids of the operations */
  interruptTag(tag: string, options: CallSignal = {}): Promise<readonly string[]> {
    return this.client.interruptTag(tag, options);
  }
  /** Interrupts one operation. @returns its id, where it ran */
  interruptOperation(operationId: string, options: CallSignal = {}): Promise<readonly string[]> {
    return this.client.interruptOperation(operationId, options);
  }

  /**
   * Ends the session on the server, with its views, cached rows and streaming queries.
   *
   * @param options.allowReconnect lets a later session have the same id, which 4.x refuses otherwise
   */
  async stop(options: { readonly allowReconnect?: boolean | undefined } = {}): Promise<void> {
    this.#stopped();
    await this.client.close(options);
  }
  /** Leaves without ending the session: its streaming queries go on, and its id finds it again. */
  disconnect(): void {
    this.#stopped();
    this.client.disconnect();
  }
  /** {@link stop}, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #tableFrame(table: Table, given?: RowSchema): DataFrame {
    const schema = typeof given === 'string' ? parseDDL(given) : given;
    const wanted = schema instanceof StructType ? schema : undefined;
    const { schema: own, parts } = localTables(table, this.client.localBatchBytes, wanted);
    const frame = united(parts.map((part) => new DataFrame(this, part)));
    if (schema === undefined) return frame;
    if (schema instanceof StructType) {
      checkNames(own, schema);
      return frame.to(schema);
    }
    checkNameCount(own.names, schema);
    return frame.toDF(...schema);
  }
}

/** One below another, in a plan that is no deeper than it must be. */
function united(frames: readonly DataFrame[]): DataFrame {
  const [first, ...others] = frames;
  if (first === undefined) throw new SparkConnectError('invalid-argument', 'there is no table to unite');
  if (others.length === 0) return first;
  const half = frames.length >> 1;
  return united(frames.slice(0, half)).union(united(frames.slice(half)));
}

/** @throws SparkConnectError invalid-argument that names the parameter */
function argument(parameter: string, value: ColumnOrValue): ExpressionNode {
  try {
    return toExpression(value);
  } catch (error) {
    const { code, message } = SparkConnectError.from(error);
    throw new SparkConnectError(code, `the value for ${parameter}: ${message}`, { cause: error });
  }
}

function toLong(value: number | bigint): bigint {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value);
  throw new SparkConnectError('invalid-argument', `${value} is no exact integer: use a bigint`);
}
