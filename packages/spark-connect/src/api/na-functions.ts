import { invalid } from '../errors.ts';
import { type LiteralNode, literalNode } from '../plan/literals.ts';
import { defined, type RelationNode, relation } from '../plan/relations/index.ts';
import { types as T } from '../types/index.ts';
import type { DataFrame } from './data-frame/index.ts';

type FillValue = number | bigint | string | boolean;
type ReplaceValue = FillValue | null;

/**
 * `df.na`: nulls dropped, filled, values replaced.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/dataframe.html
 */
export class DataFrameNaFunctions {
  readonly #input: RelationNode;
  readonly #wrap: (node: RelationNode) => DataFrame;

  constructor(input: RelationNode, wrap: (node: RelationNode) => DataFrame) {
    this.#input = input;
    this.#wrap = wrap;
  }

  /** Fills nulls of columns of the value's type with it, or each column of an object with its own value. */
  fill(value: FillValue | Readonly<Record<string, FillValue>>, subset: readonly string[] = []): DataFrame {
    if (value === null || value === undefined) throw invalid('fill needs a value in place of null');
    const perColumn = typeof value === 'object' ? Object.entries(value) : undefined;
    const columns = perColumn?.map(([column]) => column) ?? subset;
    const values = perColumn?.map(([, each]) => fillLiteral(each)) ?? [fillLiteral(value as FillValue)];
    if (values.length === 0) throw invalid('fill needs a value');
    return this.#wrap(relation({ kind: 'fillNa', input: this.#input, columns, values }));
  }

  /**
   * Drops rows with `any` null, with `all` nulls, or with fewer than `thresh` values.
   *
   * @throws SparkConnectError invalid-argument for another `how`
   */
  drop(
    options: {
      readonly how?: 'any' | 'all' | undefined;
      readonly thresh?: number | undefined;
      readonly subset?: readonly string[] | undefined;
    } = {},
  ): DataFrame {
    const { how = 'any' } = options;
    if (how !== 'any' && how !== 'all') throw invalid(`rows are dropped for any null or all, not for '${how}'`);
    const minNonNulls = options.thresh ?? (how === 'all' ? 1 : undefined);
    const optional = defined({ minNonNulls });
    return this.#wrap(relation({ kind: 'dropNa', input: this.#input, columns: options.subset ?? [], ...optional }));
  }

  /**
   * Replaces values, given as pairs of old and new: all numbers, all texts or all booleans; the new may be null.
   *
   * @throws SparkConnectError invalid-argument for values of several kinds, and null as an old one
   */
  replace(pairs: Iterable<readonly [FillValue, ReplaceValue]>, subset: readonly string[] = []): DataFrame {
    if (
      typeof (pairs as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function' ||
      typeof pairs === 'string'
    ) {
      throw invalid('replace takes pairs of old and new, [[1, 2]], or a Map; Object.entries makes them of an object');
    }
    const list = [...pairs];
    checkKinds(list);
    const replacements = list.map(([from, to]): [LiteralNode, LiteralNode] => [
      replaceLiteral(from),
      replaceLiteral(to),
    ]);
    return this.#wrap(relation({ kind: 'replace', input: this.#input, columns: subset, replacements }));
  }
}

/** The server takes long, double, string and boolean here, and no int. */
function fillLiteral(value: FillValue): LiteralNode {
  return literalNode(typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value);
}

/** The server compares replaced numbers as doubles. */
function replaceLiteral(value: ReplaceValue): LiteralNode {
  if (typeof value !== 'number' && typeof value !== 'bigint') return literalNode(value);
  return literalNode(Number(value), T.double());
}

/** Of several kinds, Spark casts some to the kind of others: in vain, or to null. */
function checkKinds(pairs: readonly (readonly [ReplaceValue, ReplaceValue])[]): void {
  if (pairs.some(([from]) => from === null)) throw invalid('null is no value to be replaced: fill() puts values there');
  const values = pairs.flat().filter((value) => value !== null);
  const kinds = new Set(values.map((value) => (typeof value === 'bigint' ? 'number' : typeof value)));
  if (kinds.size > 1) throw invalid(`values of one kind are replaced at a time, not ${[...kinds].join(' and ')}`);
}
