import type { SessionClient } from '../client/session-client.ts';
import { type ColumnOrName, nameToExpression } from '../functions/column.ts';
import { type LiteralValue, literalNode } from '../plan/literals.ts';
import { type RelationNode, relation } from '../plan/relations/index.ts';
import { type ActionOptions, singleValue } from './actions.ts';
import type { DataFrame } from './data-frame/index.ts';
import { randomSeed, seedOf } from './seed.ts';

/**
 * `df.stat`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/dataframe.html
 */
export class DataFrameStatFunctions {
  readonly #client: () => SessionClient;
  readonly #input: RelationNode;
  readonly #wrap: (node: RelationNode) => DataFrame;

  constructor(client: () => SessionClient, input: RelationNode, wrap: (node: RelationNode) => DataFrame) {
    this.#client = client;
    this.#input = input;
    this.#wrap = wrap;
  }

  /** How often each pair of values occurs, as a table. */
  crosstab(column1: string, column2: string): DataFrame {
    return this.#wrap(relation({ kind: 'crosstab', input: this.#input, column1, column2 }));
  }

  /** Values that may occur in more than the share `support` of the rows; some of them may not. */
  freqItems(columns: readonly string[], support = 0.01): DataFrame {
    return this.#wrap(relation({ kind: 'freqItems', input: this.#input, columns, support }));
  }

  /** A sample in which each stratum keeps the share given for it, and others none. @throws for a stratum that is an array */
  sampleBy(
    column: ColumnOrName,
    fractions: Iterable<readonly [LiteralValue, number]>,
    seed: bigint | number = randomSeed(),
  ): DataFrame {
    return this.#wrap(
      relation({
        kind: 'sampleBy',
        input: this.#input,
        column: nameToExpression(column),
        fractions: [...fractions].map(([stratum, fraction]) => [literalNode(stratum), fraction] as const),
        seed: seedOf(seed),
      }),
    );
  }

  /** The covariance of a sample. */
  async cov(column1: string, column2: string, options: ActionOptions = {}): Promise<number> {
    const node = relation({ kind: 'covariance', input: this.#input, column1, column2 });
    return (await singleValue(this.#client(), node, options)) as number;
  }

  /** Pearson's correlation. */
  async corr(column1: string, column2: string, options: ActionOptions = {}): Promise<number> {
    const node = relation({ kind: 'correlation', input: this.#input, column1, column2, method: 'pearson' });
    return (await singleValue(this.#client(), node, options)) as number;
  }

  /** For each column, its values at the probabilities; a relative error of 0 is exact and dear. */
  async approxQuantile(
    columns: readonly string[],
    probabilities: readonly number[],
    relativeError: number,
    options: ActionOptions = {},
  ): Promise<readonly (readonly number[])[]> {
    const node = relation({ kind: 'approxQuantile', input: this.#input, columns, probabilities, relativeError });
    return (await singleValue(this.#client(), node, options)) as readonly (readonly number[])[];
  }
}
