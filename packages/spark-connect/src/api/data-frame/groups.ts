import { invalid } from '../../errors.ts';
import { type Column, type ColumnOrName, columnExpression, nameToExpression } from '../../functions/column.ts';
import { defined, relation } from '../../plan/relations/index.ts';
import { GroupedData } from '../grouped-data.ts';
import { DataFrameNaFunctions } from '../na-functions.ts';
import { Observation } from '../observation.ts';
import { DataFrameStatFunctions } from '../stat-functions.ts';
import { FrameCombine } from './combine.ts';
import type { DataFrame } from './index.ts';

type Na = DataFrameNaFunctions;
type Stat = DataFrameStatFunctions;

/** Groups and statistics. */
export abstract class FrameGroups extends FrameCombine {
  /** Groups the rows by columns, to be aggregated. */
  groupBy(...columns: readonly ColumnOrName[]): GroupedData {
    return this.#group('groupBy', columns);
  }
  /** Groups by the columns, by all but the last, and so on to the whole. */
  rollup(...columns: readonly ColumnOrName[]): GroupedData {
    return this.#group('rollup', columns);
  }
  /** Groups by every combination of the columns. */
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
    return this.wrap(relation({ kind: 'describe', input: this.node, columns }));
  }
  /** Statistics of the numeric and text columns: those named, or the usual ones. */
  summary(...statistics: readonly string[]): DataFrame {
    return this.wrap(relation({ kind: 'summary', input: this.node, statistics }));
  }
  /** What is done about nulls. */
  get na(): DataFrameNaFunctions {
    return new DataFrameNaFunctions(this.node, (node) => this.wrap(node));
  }
  /** Statistics of columns. */
  get stat(): DataFrameStatFunctions {
    return new DataFrameStatFunctions(
      () => this.session.client,
      this.node,
      (node) => this.wrap(node),
    );
  }
  /** {@link DataFrameNaFunctions.fill} */
  fillna(...args: Parameters<Na['fill']>): DataFrame {
    return this.na.fill(...args);
  }
  /** {@link DataFrameNaFunctions.drop} */
  dropna(...args: Parameters<Na['drop']>): DataFrame {
    return this.na.drop(...args);
  }
  /** {@link DataFrameNaFunctions.replace} */
  replace(...args: Parameters<Na['replace']>): DataFrame {
    return this.na.replace(...args);
  }
  /** {@link DataFrameStatFunctions.crosstab} */
  crosstab(...args: Parameters<Stat['crosstab']>): DataFrame {
    return this.stat.crosstab(...args);
  }
  /** {@link DataFrameStatFunctions.freqItems} */
  freqItems(...args: Parameters<Stat['freqItems']>): DataFrame {
    return this.stat.freqItems(...args);
  }
  /** {@link DataFrameStatFunctions.sampleBy} */
  sampleBy(...args: Parameters<Stat['sampleBy']>): DataFrame {
    return this.stat.sampleBy(...args);
  }
  /** {@link DataFrameStatFunctions.cov} */
  cov(...args: Parameters<Stat['cov']>): Promise<number> {
    return this.stat.cov(...args);
  }
  /** {@link DataFrameStatFunctions.corr} */
  corr(...args: Parameters<Stat['corr']>): Promise<number> {
    return this.stat.corr(...args);
  }
  /** {@link DataFrameStatFunctions.approxQuantile} */
  approxQuantile(...args: Parameters<Stat['approxQuantile']>): Promise<readonly (readonly number[])[]> {
    return this.stat.approxQuantile(...args);
  }
  /** Computes metrics on the side, read from the observation after an action (or in a stream's progress, by name). */
  observe(observation: Observation | string, ...metrics: readonly [Column, ...Column[]]): DataFrame {
    const name = typeof observation === 'string' ? observation : observation.name;
    if (metrics.length === 0) throw invalid("observe takes metrics, F.count('*').as('rows') for example");
    const expressions = metrics.map(columnExpression);
    const names = expressions.map((node, i) => (node.kind === 'alias' ? (node.names[0] ?? `_${i}`) : `_${i}`));
    const node = relation({ kind: 'collectMetrics', input: this.node, name, metrics: expressions });
    if (observation instanceof Observation) observation.attach(this.session.client, names, node.planId);
    return this.wrap(node);
  }

  #group(
    type: 'groupBy' | 'rollup' | 'cube' | 'groupingSets',
    columns: readonly ColumnOrName[],
    sets?: readonly (readonly ColumnOrName[])[],
  ): GroupedData {
    const groupingSets = sets?.map((set) => set.map(nameToExpression));
    const grouping = columns.map(nameToExpression);
    return new GroupedData({ input: this.node, type, grouping, ...defined({ groupingSets }) }, (node) =>
      this.wrap(node),
    );
  }
}
