import type { Row, RowBatch } from '../arrow/index.ts';
import { SparkConnectError } from '../errors.ts';
import { Column, type ColumnOrName, nameToExpression } from '../functions/column.ts';
import { toSortOrder } from '../functions/window-spec.ts';
import type { Plan } from '../gen/spark/connect/base_pb.js';
import { command } from '../plan/commands.ts';
import { compileCommand, relationPlan } from '../plan/compile/index.ts';
import { aliasNode, metadataColumnNode, nameNode, regexNode, sqlExpressionNode } from '../plan/expressions.ts';
import { type LiteralValue, literalNode } from '../plan/literals.ts';
import { defined, type RelationNode, relation } from '../plan/relations/index.ts';
import { parseDDL, type StructType, simpleString } from '../types/index.ts';
import { type ActionOptions, collectRows, executeBatches, singleValue } from './actions.ts';
import {
  analyzeExplain,
  analyzeInputFiles,
  analyzeIsLocal,
  analyzeIsStreaming,
  analyzeSameSemantics,
  analyzeSchema,
  analyzeSemanticHash,
  analyzeTreeString,
  type ExplainMode,
  persistRelation,
  relationStorageLevel,
  unpersistRelation,
} from './analyze.ts';
import { DataFrameWriter } from './data-frame-writer.ts';
import { DataFrameWriterV2 } from './data-frame-writer-v2.ts';
import { DataStreamWriter } from './data-stream-writer.ts';
import { GroupedData } from './grouped-data.ts';
import { type JoinOn, type JoinType, joinNode } from './joins.ts';
import { DataFrameNaFunctions } from './na-functions.ts';
import { Observation } from './observation.ts';
import { randomSeed } from './seed.ts';
import type { SparkSession } from './spark-session.ts';
import { DataFrameStatFunctions } from './stat-functions.ts';
import { type StorageLevel, StorageLevels } from './storage-level.ts';

export interface ShowOptions {
  /** Cut cells longer than this; true is 20, false is never. */
  readonly truncate?: boolean | number;
  /** One line per cell. */
  readonly vertical?: boolean;
}

export interface UnpivotOptions {
  readonly ids: readonly ColumnOrName[];
  /** Undefined: all columns that are no ids. */
  readonly values?: readonly ColumnOrName[];
  readonly variableColumnName: string;
  readonly valueColumnName: string;
}

/**
 * A table to be computed: a session and a plan, both unchanging. Methods that build on the plan return a new DataFrame at
 * once; actions (`collect`, `count`, `show` …) and questions (`schema`, `explain` …) ask the server and are async.
 *
 * Source: https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/dataframe.html
 */
export class DataFrame {
  readonly session: SparkSession;
  readonly node: RelationNode;
  #schema: Promise<StructType> | undefined;

  constructor(session: SparkSession, node: RelationNode) {
    this.session = session;
    this.node = node;
  }

  get sparkSession(): SparkSession {
    return this.session;
  }

  /** The protobuf plan, for tools and tests. */
  toPlan(): Plan {
    return relationPlan(this.node);
  }

  // Columns

  /** A column of this very DataFrame, to tell it from one of the same name on a join's other side. */
  col(name: string): Column {
    return new Column(nameNode(name, this.node));
  }
  /** The columns whose names match a regular expression in backticks. */
  colRegex(pattern: string): Column {
    return new Column(regexNode(pattern, this.node));
  }
  /** A column that the source has beside its data, such as `_metadata`. */
  metadataColumn(name: string): Column {
    return new Column(metadataColumnNode(name, this.node));
  }

  select(...columns: readonly ColumnOrName[]): DataFrame {
    return this.#wrap(relation({ kind: 'project', input: this.node, expressions: columns.map(nameToExpression) }));
  }
  selectExpr(...sql: readonly string[]): DataFrame {
    return this.#wrap(relation({ kind: 'project', input: this.node, expressions: sql.map(sqlExpressionNode) }));
  }
  withColumn(name: string, column: Column): DataFrame {
    return this.withColumns({ [name]: column });
  }
  /** Adds columns, or replaces those of the same name. */
  withColumns(columns: Readonly<Record<string, Column>>): DataFrame {
    const aliases = Object.entries(columns).map(([name, column]) => aliasNode(column.expression, [name]));
    return this.#wrap(relation({ kind: 'withColumns', input: this.node, aliases }));
  }
  withColumnRenamed(existing: string, name: string): DataFrame {
    return this.withColumnsRenamed({ [existing]: name });
  }
  withColumnsRenamed(names: Readonly<Record<string, string>>): DataFrame {
    return this.#wrap(relation({ kind: 'withColumnsRenamed', input: this.node, renames: Object.entries(names) }));
  }
  /** Attaches metadata to a column. */
  withMetadata(name: string, metadata: Readonly<Record<string, unknown>>): DataFrame {
    const aliases = [aliasNode(nameNode(name, this.node), [name], JSON.stringify(metadata))];
    return this.#wrap(relation({ kind: 'withColumns', input: this.node, aliases }));
  }
  /** Without these columns; a name that there is not is ignored. */
  drop(...columns: readonly ColumnOrName[]): DataFrame {
    const names = columns.filter((column) => typeof column === 'string');
    const expressions = columns.flatMap((column) => (column instanceof Column ? [column.expression] : []));
    return this.#wrap(relation({ kind: 'drop', input: this.node, columns: expressions, names }));
  }
  /** New names for all columns, in order. */
  toDF(...names: readonly string[]): DataFrame {
    return this.#wrap(relation({ kind: 'toDF', input: this.node, names }));
  }
  /** Reordered, cast and checked to fit a schema, given as a type or DDL text. */
  to(schema: StructType | string): DataFrame {
    const type = typeof schema === 'string' ? parseDDL(schema) : schema;
    return this.#wrap(relation({ kind: 'toSchema', input: this.node, schema: type }));
  }
  /** Names the DataFrame for `col('name.column')`. */
  alias(alias: string): DataFrame {
    return this.#wrap(relation({ kind: 'subqueryAlias', input: this.node, alias }));
  }
  /** Columns to rows: one row per value column, with its name and value. */
  unpivot({ ids, values, variableColumnName, valueColumnName }: UnpivotOptions): DataFrame {
    const optional = defined({ values: values?.map(nameToExpression) });
    const names = { variableColumnName, valueColumnName };
    return this.#wrap(
      relation({ kind: 'unpivot', input: this.node, ids: ids.map(nameToExpression), ...names, ...optional }),
    );
  }
  melt(options: UnpivotOptions): DataFrame {
    return this.unpivot(options);
  }
  /** Rows to columns, named by the index column (the first). Since Spark 4.0. */
  transpose(indexColumn?: ColumnOrName): DataFrame {
    const indexColumns = indexColumn === undefined ? [] : [nameToExpression(indexColumn)];
    return this.#wrap(relation({ kind: 'transpose', input: this.node, indexColumns }));
  }

  // Rows

  /** The rows for which a condition, given as a column or as SQL text, is true. */
  filter(condition: ColumnOrName): DataFrame {
    const expression = typeof condition === 'string' ? sqlExpressionNode(condition) : condition.expression;
    return this.#wrap(relation({ kind: 'filter', input: this.node, condition: expression }));
  }
  where(condition: ColumnOrName): DataFrame {
    return this.filter(condition);
  }
  orderBy(...columns: readonly ColumnOrName[]): DataFrame {
    return this.#wrap(relation({ kind: 'sort', input: this.node, order: columns.map(toSortOrder), global: true }));
  }
  sort(...columns: readonly ColumnOrName[]): DataFrame {
    return this.orderBy(...columns);
  }
  sortWithinPartitions(...columns: readonly ColumnOrName[]): DataFrame {
    return this.#wrap(relation({ kind: 'sort', input: this.node, order: columns.map(toSortOrder), global: false }));
  }
  limit(limit: number): DataFrame {
    return this.#wrap(relation({ kind: 'limit', input: this.node, limit: rowCount(limit) }));
  }
  offset(offset: number): DataFrame {
    return this.#wrap(relation({ kind: 'offset', input: this.node, offset: rowCount(offset) }));
  }
  distinct(): DataFrame {
    return this.dropDuplicates();
  }
  /** One row of each combination of these columns (all, when none is named). */
  dropDuplicates(...columns: readonly string[]): DataFrame {
    return this.#wrap(relation({ kind: 'deduplicate', input: this.node, columns, withinWatermark: false }));
  }
  /** {@link dropDuplicates} for streams, forgetting what is older than the watermark. */
  dropDuplicatesWithinWatermark(...columns: readonly string[]): DataFrame {
    return this.#wrap(relation({ kind: 'deduplicate', input: this.node, columns, withinWatermark: true }));
  }
  /** A random share of the rows. */
  sample(
    fraction: number,
    options: { readonly withReplacement?: boolean; readonly seed?: bigint | number } = {},
  ): DataFrame {
    return this.#sample(0, fraction, options.withReplacement ?? false, BigInt(options.seed ?? randomSeed()), false);
  }
  /** Splits at random into DataFrames whose sizes are about in proportion to the weights. */
  randomSplit(weights: readonly number[], seed: bigint | number = randomSeed()): readonly DataFrame[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (weights.some((weight) => !(weight >= 0)) || total <= 0)
      throw invalid('weights are not negative and not all zero');
    let upper = 0;
    return weights.map((weight) => {
      const lower = upper;
      upper += weight / total;
      return this.#sample(lower, Math.min(upper, 1), false, BigInt(seed), true);
    });
  }
  repartition(first: number | ColumnOrName, ...columns: readonly ColumnOrName[]): DataFrame {
    if (typeof first === 'number' && columns.length === 0) {
      return this.#wrap(relation({ kind: 'repartition', input: this.node, numPartitions: first, shuffle: true }));
    }
    const by = typeof first === 'number' ? columns : [first, ...columns];
    return this.#repartitionBy(by.map(nameToExpression), typeof first === 'number' ? first : undefined);
  }
  repartitionByRange(first: number | ColumnOrName, ...columns: readonly ColumnOrName[]): DataFrame {
    const by = typeof first === 'number' ? columns : [first, ...columns];
    return this.#repartitionBy(by.map(toSortOrder), typeof first === 'number' ? first : undefined);
  }
  /** Fewer partitions, without a shuffle. */
  coalesce(numPartitions: number): DataFrame {
    return this.#wrap(relation({ kind: 'repartition', input: this.node, numPartitions, shuffle: false }));
  }
  hint(name: string, ...parameters: readonly (Column | LiteralValue)[]): DataFrame {
    const nodes = parameters.map((each) => (each instanceof Column ? each.expression : literalNode(each)));
    return this.#wrap(relation({ kind: 'hint', input: this.node, name, parameters: nodes }));
  }
  withWatermark(eventTime: string, delayThreshold: string): DataFrame {
    return this.#wrap(relation({ kind: 'withWatermark', input: this.node, eventTime, delayThreshold }));
  }
  /** Computes metrics on the side, read from the observation after an action (or in a stream's progress, by name). */
  observe(observation: Observation | string, ...metrics: readonly [Column, ...Column[]]): DataFrame {
    const name = typeof observation === 'string' ? observation : observation.name;
    const expressions = metrics.map((metric) => metric.expression);
    const names = expressions.map((node, i) => (node.kind === 'alias' ? (node.names[0] ?? `_${i}`) : `_${i}`));
    if (observation instanceof Observation) observation.attach(this.session.client, names);
    return this.#wrap(relation({ kind: 'collectMetrics', input: this.node, name, metrics: expressions }));
  }
  /** Applies a function of your own, so that chains stay readable. */
  transform<T>(change: (frame: DataFrame) => T): T {
    return change(this);
  }

  // Two DataFrames

  /** @param on column names (which then appear once), or conditions; all must hold */
  join(other: DataFrame, on?: JoinOn, how: JoinType = 'inner'): DataFrame {
    return this.#wrap(joinNode(this.node, other.node, on, how));
  }
  crossJoin(other: DataFrame): DataFrame {
    return this.join(other, undefined, 'cross');
  }
  /** All rows of both, by position; duplicates stay, as in SQL's UNION ALL. */
  union(other: DataFrame): DataFrame {
    return this.#setOperation('union', other, true);
  }
  unionAll(other: DataFrame): DataFrame {
    return this.union(other);
  }
  /** All rows of both, by column name. */
  unionByName(other: DataFrame, options: { readonly allowMissingColumns?: boolean } = {}): DataFrame {
    return this.#setOperation('union', other, true, true, options.allowMissingColumns ?? false);
  }
  intersect(other: DataFrame): DataFrame {
    return this.#setOperation('intersect', other, false);
  }
  intersectAll(other: DataFrame): DataFrame {
    return this.#setOperation('intersect', other, true);
  }
  /** The distinct rows that the other has not: SQL's EXCEPT. */
  except(other: DataFrame): DataFrame {
    return this.#setOperation('except', other, false);
  }
  subtract(other: DataFrame): DataFrame {
    return this.except(other);
  }
  exceptAll(other: DataFrame): DataFrame {
    return this.#setOperation('except', other, true);
  }

  // Groups

  groupBy(...columns: readonly ColumnOrName[]): GroupedData {
    return this.#group('groupBy', columns);
  }
  rollup(...columns: readonly ColumnOrName[]): GroupedData {
    return this.#group('rollup', columns);
  }
  cube(...columns: readonly ColumnOrName[]): GroupedData {
    return this.#group('cube', columns);
  }
  /** Since Spark 4.0. */
  groupingSets(sets: readonly (readonly ColumnOrName[])[], ...columns: readonly ColumnOrName[]): GroupedData {
    return this.#group('groupingSets', columns, sets);
  }
  /** Aggregates all rows into one. */
  agg(first: Column | Readonly<Record<string, string>>, ...others: readonly Column[]): DataFrame {
    return this.groupBy().agg(first, ...others);
  }
  /** Count, mean, deviation, least and greatest of columns, as a table. */
  describe(...columns: readonly string[]): DataFrame {
    return this.#wrap(relation({ kind: 'describe', input: this.node, columns }));
  }
  summary(...statistics: readonly string[]): DataFrame {
    return this.#wrap(relation({ kind: 'summary', input: this.node, statistics }));
  }
  get na(): DataFrameNaFunctions {
    return new DataFrameNaFunctions(this.node, this.#wrap);
  }
  get stat(): DataFrameStatFunctions {
    return new DataFrameStatFunctions(() => this.session.client, this.node, this.#wrap);
  }

  // Actions

  /** All rows as plain objects; they have to fit into memory. */
  async collect<T = Row>(options: ActionOptions = {}): Promise<T[]> {
    return (await collectRows(this.session.client, this.node, options)) as T[];
  }
  /** The rows one by one, with one batch in memory. */
  async *toLocalIterator<T = Row>(options: ActionOptions = {}): AsyncGenerator<T, void, undefined> {
    for await (const batch of this.toBatches(options)) for (const row of batch) yield row as T;
  }
  /** The rows in the batches that the server sends, for access by column. */
  toBatches(options: ActionOptions = {}): AsyncGenerator<RowBatch, void, undefined> {
    return executeBatches(this.session.client, this.node, options);
  }
  /** The first row, or undefined where there is none. */
  async first<T = Row>(options: ActionOptions = {}): Promise<T | undefined> {
    return (await this.take<T>(1, options))[0];
  }
  async head<T = Row>(limit = 1, options: ActionOptions = {}): Promise<T[]> {
    return this.take<T>(limit, options);
  }
  async take<T = Row>(limit: number, options: ActionOptions = {}): Promise<T[]> {
    return this.limit(limit).collect<T>(options);
  }
  /** The last rows, in their order. */
  async tail<T = Row>(limit: number, options: ActionOptions = {}): Promise<T[]> {
    return this.#wrap(relation({ kind: 'tail', input: this.node, limit: rowCount(limit) })).collect<T>(options);
  }
  /** @throws SparkConnectError decode beyond 2^53 rows */
  async count(options: ActionOptions = {}): Promise<number> {
    const count = BigInt((await singleValue(this.session.client, this.groupBy().count().node, options)) as bigint);
    if (count <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(count);
    throw new SparkConnectError('decode', `${count} rows are more than a number can count exactly`);
  }
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

  // Questions

  /** The columns' names and types; asked once. */
  schema(): Promise<StructType> {
    this.#schema ??= analyzeSchema(this.session.client, this.node).catch((error: unknown) => {
      // A failed question may be asked again: the table may be there by then.
      this.#schema = undefined;
      throw error;
    });
    return this.#schema;
  }
  async columns(): Promise<readonly string[]> {
    return (await this.schema()).names;
  }
  /** [name, type as Spark writes it in short] of each column. */
  async dtypes(): Promise<readonly (readonly [string, string])[]> {
    return (await this.schema()).fields.map(({ name, dataType }) => [name, simpleString(dataType)] as const);
  }
  async printSchema(level?: number): Promise<void> {
    console.log(await analyzeTreeString(this.session.client, this.node, level));
  }
  async explain(mode: ExplainMode = 'simple'): Promise<void> {
    console.log(await this.explainString(mode));
  }
  /** What {@link explain} prints. */
  explainString(mode: ExplainMode = 'simple'): Promise<string> {
    return analyzeExplain(this.session.client, this.node, mode);
  }
  isStreaming(): Promise<boolean> {
    return analyzeIsStreaming(this.session.client, this.node);
  }
  isLocal(): Promise<boolean> {
    return analyzeIsLocal(this.session.client, this.node);
  }
  inputFiles(): Promise<readonly string[]> {
    return analyzeInputFiles(this.session.client, this.node);
  }
  sameSemantics(other: DataFrame): Promise<boolean> {
    return analyzeSameSemantics(this.session.client, this.node, other.node);
  }
  semanticHash(): Promise<number> {
    return analyzeSemanticHash(this.session.client, this.node);
  }

  // Kept on the server

  /** Keeps the rows once they have been computed. */
  async persist(level: StorageLevel = StorageLevels.MEMORY_AND_DISK_DESER): Promise<this> {
    await persistRelation(this.session.client, this.node, level);
    return this;
  }
  cache(): Promise<this> {
    return this.persist();
  }
  async unpersist(options: { readonly blocking?: boolean } = {}): Promise<this> {
    await unpersistRelation(this.session.client, this.node, options.blocking ?? false);
    return this;
  }
  storageLevel(): Promise<StorageLevel> {
    return relationStorageLevel(this.session.client, this.node);
  }
  /** A view of this name in the session. @throws analysis when there is one already */
  createTempView(name: string): Promise<void> {
    return this.#createView(name, false, false);
  }
  createOrReplaceTempView(name: string): Promise<void> {
    return this.#createView(name, false, true);
  }
  createGlobalTempView(name: string): Promise<void> {
    return this.#createView(name, true, false);
  }
  createOrReplaceGlobalTempView(name: string): Promise<void> {
    return this.#createView(name, true, true);
  }
  get write(): DataFrameWriter {
    return new DataFrameWriter(() => this.session.client, this.node);
  }
  writeTo(table: string): DataFrameWriterV2 {
    return new DataFrameWriterV2(() => this.session.client, this.node, table);
  }
  get writeStream(): DataStreamWriter {
    return new DataStreamWriter(this);
  }

  readonly #wrap = (node: RelationNode): DataFrame => new DataFrame(this.session, node);

  #setOperation(
    operation: 'union' | 'intersect' | 'except',
    other: DataFrame,
    all: boolean,
    byName = false,
    allowMissingColumns = false,
  ): DataFrame {
    const sides = { left: this.node, right: other.node };
    return this.#wrap(relation({ kind: 'setOperation', ...sides, operation, all, byName, allowMissingColumns }));
  }

  #group(
    type: 'groupBy' | 'rollup' | 'cube' | 'groupingSets',
    columns: readonly ColumnOrName[],
    sets?: readonly (readonly ColumnOrName[])[],
  ): GroupedData {
    const groupingSets = sets?.map((set) => set.map(nameToExpression));
    const grouping = columns.map(nameToExpression);
    return new GroupedData({ input: this.node, type, grouping, ...defined({ groupingSets }) }, this.#wrap);
  }

  #sample(
    lowerBound: number,
    upperBound: number,
    withReplacement: boolean,
    seed: bigint,
    deterministicOrder: boolean,
  ): DataFrame {
    const bounds = { lowerBound, upperBound };
    return this.#wrap(
      relation({ kind: 'sample', input: this.node, ...bounds, withReplacement, seed, deterministicOrder }),
    );
  }

  #repartitionBy(expressions: readonly ReturnType<typeof nameToExpression>[], numPartitions?: number): DataFrame {
    if (expressions.length === 0) throw invalid('repartitioning needs a number of partitions or columns');
    const optional = defined({ numPartitions });
    return this.#wrap(relation({ kind: 'repartitionByExpression', input: this.node, expressions, ...optional }));
  }

  async #createView(name: string, global: boolean, replace: boolean): Promise<void> {
    const node = command({ kind: 'createView', input: this.node, name, global, replace });
    await this.session.client.runCommand(compileCommand(node));
  }
}

function rowCount(count: number): number {
  if (Number.isInteger(count) && count >= 0 && count < 2 ** 31) return count;
  throw invalid(`${count} is no number of rows (0 to 2147483647)`);
}

function invalid(what: string): SparkConnectError {
  return new SparkConnectError('invalid-argument', what);
}
