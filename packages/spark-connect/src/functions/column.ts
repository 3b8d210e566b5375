import { SparkConnectError } from '../errors.ts';
import { expressionText } from '../plan/expression-text.ts';
import {
  aliasNode,
  castNode,
  type ExpressionNode,
  extractNode,
  functionNode,
  nameNode,
  sortOrderNode,
  subqueryNode,
  updateFieldNode,
  windowNode,
} from '../plan/expressions.ts';
import { literalExpression } from '../plan/literal-expression.ts';
import type { LiteralValue } from '../plan/literals.ts';
import type { RelationNode } from '../plan/relations/index.ts';
import { type DataType, INSPECT } from '../types/index.ts';
import type { WindowSpec } from './window-spec.ts';

/** A column, or the name of one (`'*'` and `'a.*'` stand for all). */
export type ColumnOrName = Column | string;
/** A column, or a value that becomes a literal: here a string is text, not a name. */
export type ColumnOrValue = Column | LiteralValue;
/** What functions take for a column: one, its name as text, or another value, which becomes a literal. */
export type ColumnArgument = ColumnOrName | Exclude<LiteralValue, string>;

/**
 * What an alias may carry besides its name.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.Column.alias.html
 */
export interface AliasOptions {
  /** Kept beside the column in the schema; any JSON object. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * An expression over the columns of a DataFrame. Immutable: every method returns a new column.
 *
 * Operators are methods (`eq`, `gt`, `and`, `plus` …); their arguments are columns or plain values, where a string is text.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/column.html
 */
export class Column {
  /** The expression record that it stands for. */
  readonly expression: ExpressionNode;

  constructor(expression: ExpressionNode) {
    this.expression = expression;
    Object.freeze(this);
  }

  /** Equal; null where either side is null. */
  eq(other: ColumnOrValue): Column {
    return this.#call('==', other);
  }
  /** Not equal; null where either side is null. */
  notEqual(other: ColumnOrValue): Column {
    return this.eq(other).not();
  }
  /** The same as {@link notEqual}. */
  neq(other: ColumnOrValue): Column {
    return this.notEqual(other);
  }
  /** Greater than. */
  gt(other: ColumnOrValue): Column {
    return this.#call('>', other);
  }
  /** Greater than or equal. */
  geq(other: ColumnOrValue): Column {
    return this.#call('>=', other);
  }
  /** Less than. */
  lt(other: ColumnOrValue): Column {
    return this.#call('<', other);
  }
  /** Less than or equal. */
  leq(other: ColumnOrValue): Column {
    return this.#call('<=', other);
  }
  /** Equal, where two nulls are equal and the result is never null. */
  eqNullSafe(other: ColumnOrValue): Column {
    return this.#call('<=>', other);
  }

  /** Both are true. */
  and(other: ColumnOrValue): Column {
    return this.#call('and', other);
  }
  /** One of both is true. */
  or(other: ColumnOrValue): Column {
    return this.#call('or', other);
  }
  /** True where this is false. */
  not(): Column {
    return this.#call('not');
  }

  /** The sum. */
  plus(other: ColumnOrValue): Column {
    return this.#call('+', other);
  }
  /** The difference. */
  minus(other: ColumnOrValue): Column {
    return this.#call('-', other);
  }
  /** The product. */
  multiply(other: ColumnOrValue): Column {
    return this.#call('*', other);
  }
  /** Division; of two integers it is a double, as in Spark. */
  divide(other: ColumnOrValue): Column {
    return this.#call('/', other);
  }
  /** The remainder. */
  mod(other: ColumnOrValue): Column {
    return this.#call('%', other);
  }
  /** The value with the other sign. */
  negate(): Column {
    return this.#call('negative');
  }

  /** The bits that both have. */
  bitwiseAnd(other: ColumnOrValue): Column {
    return this.#call('&', other);
  }
  /** The bits that one of both has. */
  bitwiseOr(other: ColumnOrValue): Column {
    return this.#call('|', other);
  }
  /** The bits that just one of both has. */
  bitwiseXor(other: ColumnOrValue): Column {
    return this.#call('^', other);
  }

  /** Whether it is null. */
  isNull(): Column {
    return this.#call('isNull');
  }
  /** Whether it is not null. */
  isNotNull(): Column {
    return this.#call('isNotNull');
  }
  /** Whether it is not a number. */
  isNaN(): Column {
    return this.#call('isNaN');
  }
  /**
   * One of the values, which may come one by one or as one array; or one of a DataFrame's rows (since Spark 4.0), where
   * `F.struct('a', 'b')` stands for several columns.
   */
  isin(
    ...values:
      | readonly ColumnOrValue[]
      | readonly [readonly ColumnOrValue[]]
      | readonly [{ readonly node: RelationNode }]
  ): Column {
    const [first] = values;
    if (typeof first === 'object' && first !== null && 'node' in first) return this.#inSubquery(first.node);
    const list = values.length === 1 && Array.isArray(first) ? (first as readonly ColumnOrValue[]) : values;
    return this.#call('in', ...(list as readonly ColumnOrValue[]));
  }
  /** From `lower` to `upper`, both included. */
  between(lower: ColumnOrValue, upper: ColumnOrValue): Column {
    return this.geq(lower).and(this.leq(upper));
  }

  /** SQL's LIKE: `_` is any character, `%` any number of them. */
  like(pattern: ColumnOrValue): Column {
    return this.#call('like', pattern);
  }
  /** {@link like}, upper and lower case alike. */
  ilike(pattern: ColumnOrValue): Column {
    return this.#call('ilike', pattern);
  }
  /** Contains a match of a Java regular expression. */
  rlike(pattern: ColumnOrValue): Column {
    return this.#call('rlike', pattern);
  }
  /** Whether the text has this part. */
  contains(text: ColumnOrValue): Column {
    return this.#call('contains', text);
  }
  /** Whether the text begins so. */
  startsWith(prefix: ColumnOrValue): Column {
    return this.#call('startswith', prefix);
  }
  /** Whether the text ends so. */
  endsWith(suffix: ColumnOrValue): Column {
    return this.#call('endswith', suffix);
  }
  /** `length` characters (or bytes) from position `start`, counted from 1. */
  substr(start: ColumnOrValue, length: ColumnOrValue): Column {
    return this.#call('substr', start, length);
  }

  /** An array's element (from 0), a map's value, or a struct's field. */
  getItem(key: ColumnOrValue): Column {
    return new Column(extractNode(this.expression, toExpression(key)));
  }
  /** A struct's field. */
  getField(name: ColumnOrValue): Column {
    return this.getItem(name);
  }
  /** Sets a field of a struct, new or existing; `a.b` names a nested one. */
  withField(name: string, value: Column): Column {
    return new Column(updateFieldNode(this.expression, name, columnExpression(value)));
  }
  /** The struct without these fields; names that it has not are ignored. @throws SparkConnectError invalid-argument without a name */
  dropFields(...names: readonly [string, ...string[]]): Column {
    if (names.length === 0) throw new SparkConnectError('invalid-argument', 'dropFields needs the name of a field');
    return new Column(names.reduce((struct, name) => updateFieldNode(struct, name), this.expression));
  }

  /** Names the column; several names are for generators that make several columns. */
  as(name: string | readonly string[], options: AliasOptions = {}): Column {
    const names = typeof name === 'string' ? [name] : name;
    if (options.metadata !== undefined && names.length !== 1) {
      throw new SparkConnectError('invalid-argument', 'metadata can be given for a single name only');
    }
    const metadata = options.metadata === undefined ? undefined : JSON.stringify(options.metadata);
    return new Column(aliasNode(this.expression, names, metadata));
  }
  /** The same as {@link as}. */
  alias(name: string | readonly string[], options: AliasOptions = {}): Column {
    return this.as(name, options);
  }
  /** The same as {@link as}, with one name. */
  name(name: string, options: AliasOptions = {}): Column {
    return this.as(name, options);
  }

  /** Converts to a type, given as a data type or as text (`'bigint'`). */
  cast(to: DataType | string): Column {
    return new Column(castNode(this.expression, to));
  }
  /** {@link cast} that gives null where the conversion fails. Since Spark 4.0. */
  tryCast(to: DataType | string): Column {
    return new Column(castNode(this.expression, to, 'try'));
  }

  /** Ascending, nulls first. */
  asc(): Column {
    return new Column(sortOrderNode(this.expression, 'asc'));
  }
  /** Ascending, nulls first. */
  ascNullsFirst(): Column {
    return new Column(sortOrderNode(this.expression, 'asc', 'first'));
  }
  /** Ascending, nulls last. */
  ascNullsLast(): Column {
    return new Column(sortOrderNode(this.expression, 'asc', 'last'));
  }
  /** Descending, nulls last. */
  desc(): Column {
    return new Column(sortOrderNode(this.expression, 'desc'));
  }
  /** Descending, nulls first. */
  descNullsFirst(): Column {
    return new Column(sortOrderNode(this.expression, 'desc', 'first'));
  }
  /** Descending, nulls last. */
  descNullsLast(): Column {
    return new Column(sortOrderNode(this.expression, 'desc', 'last'));
  }

  /** Evaluates a window or aggregate function over the rows that the window names. */
  over(window: WindowSpec): Column {
    const { spec } = (window as Partial<WindowSpec> | undefined) ?? {};
    if (spec === undefined) {
      const wanted = "Window.partitionBy('ward').orderBy('at'), or another window";
      throw new SparkConnectError('invalid-argument', `over takes ${wanted}, not ${typeNameOf(window)}`);
    }
    return new Column(windowNode({ function: this.expression, ...spec }));
  }

  /** A column of the row that a subquery or a lateral join is evaluated for. Since Spark 4.0. */
  outer(): Column {
    return new Column(this.expression);
  }

  /**
   * Keeps JavaScript's own operators from making a text or false of a column, which Spark would take for a name.
   *
   * @throws SparkConnectError invalid-argument where an operator (`+`, `<` …) asks for a value
   */
  [Symbol.toPrimitive](hint: 'string' | 'number' | 'default'): string {
    if (hint === 'string') return `Column<${expressionText(this.expression)}>`;
    throw new SparkConnectError('invalid-argument', `JavaScript's operators do not know columns: ${METHODS}`);
  }

  /** What Node's console prints: the expression, e.g. `Column<bp > 140 AS high>`. */
  [INSPECT](): string {
    return String(this);
  }

  /** Applies a function of your own, so that chains stay readable. */
  transform<T>(change: (column: Column) => T): T {
    return change(this);
  }

  /** Another case of a chain begun by the function `when`. @throws invalid-argument after `otherwise`, or on other columns */
  when(condition: Column, value: ColumnOrValue): Column {
    return new Column(functionNode('when', [...this.#cases(), columnExpression(condition), toExpression(value)]));
  }
  /** Ends a chain of `when`: the value where no case applies (null without it). */
  otherwise(value: ColumnOrValue): Column {
    return new Column(functionNode('when', [...this.#cases(), toExpression(value)]));
  }

  #cases(): readonly ExpressionNode[] {
    const { expression } = this;
    // An odd number of arguments means that `otherwise` has been said.
    if (expression.kind === 'function' && expression.name === 'when' && expression.args.length % 2 === 0) {
      return expression.args;
    }
    throw new SparkConnectError(
      'invalid-argument',
      'when() and otherwise() go on a chain that the function when() begins',
    );
  }

  #inSubquery(relation: RelationNode): Column {
    const { expression } = this;
    const isStruct = expression.kind === 'function' && expression.name === 'struct';
    return new Column(subqueryNode(relation, { as: 'in', values: isStruct ? expression.args : [expression] }));
  }

  #call(name: string, ...args: readonly ColumnOrValue[]): Column {
    return new Column(functionNode(name, [this.expression, ...args.map(toExpression)]));
  }
}

/** A name where a column may be named, an expression otherwise. @throws as {@link columnExpression} */
export function nameToExpression(value: ColumnOrName): ExpressionNode {
  return typeof value === 'string' ? nameNode(value) : columnExpression(value);
}

/** What a column stands for. @throws SparkConnectError invalid-argument for what JavaScript lets pass as one */
export function columnExpression(value: Column): ExpressionNode {
  if (value instanceof Column) return value.expression;
  throw new SparkConnectError('invalid-argument', `a column is wanted, not ${typeNameOf(value)}: ${advice(value)}`);
}

/** What to write instead of JavaScript's own operators. */
const METHODS = "call methods, as in col('bp').gt(160).and(…) or .plus(1)";

/** What somebody may have meant who gave this for a column. */
function advice(given: unknown): string {
  if (Array.isArray(given)) return 'give columns one by one (...columns)';
  // What `===` makes of a column.
  if (typeof given === 'boolean') return `to compare columns, ${METHODS}; the value itself is lit(${given})`;
  if (given === undefined || (typeof given === 'object' && given !== null))
    return 'columns are made by col, lit and functions';
  return 'a value becomes a column by lit(…)';
}

/** {@link columnExpression} of a column that may be left out: what is none must not pass for one that is not there. */
export function optionalExpression(value: Column | undefined): ExpressionNode | undefined {
  return value === undefined ? undefined : columnExpression(value);
}

function typeNameOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : typeof value;
}

/** A column's expression, or a literal. */
export function toExpression(value: ColumnOrValue): ExpressionNode {
  return value instanceof Column ? value.expression : literalExpression(value);
}

/**
 * The column of this name; see {@link ColumnOrName}.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.col.html
 */
export function col(name: string): Column {
  return new Column(nameNode(name));
}
