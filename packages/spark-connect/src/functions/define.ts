/**
 * How a function of Spark is written down in one line: its name and what it takes.
 *
 *     export const lpad = define('lpad', column, value, value);      // (column: ColumnArgument, value: ColumnOrValue, value_1: …) => Column
 *     export const trim = define('trim', column, optional(column));  // (column: ColumnArgument, column_1?: …) => Column
 *     export const coalesce = define('coalesce', rest(column));      // (...columns: ColumnArgument[]) => Column
 */
import { randomBytes } from 'node:crypto';
import { SparkConnectError } from '../errors.ts';
import { type ExpressionNode, functionNode } from '../plan/expressions.ts';
import { literalExpression } from '../plan/literal-expression.ts';
import type { LiteralValue } from '../plan/literals.ts';
import { Column, type ColumnArgument, type ColumnOrValue, nameToExpression, toExpression } from './column.ts';

interface Kinds {
  /** Text is a column's name; other plain values are literals. */
  readonly column: ColumnArgument;
  /** Text is a literal too. */
  readonly value: ColumnOrValue;
}
type Kind = keyof Kinds;
type Presence = 'required' | 'optional' | 'rest';

export interface Parameter<K extends Kind = Kind, P extends Presence = Presence> {
  readonly kind: K;
  readonly presence: P;
  /** What Spark assumes where it is left out; without one, nothing can be given behind it then. */
  readonly fallback?: LiteralValue;
}

export const column: Parameter<'column', 'required'> = Object.freeze({ kind: 'column', presence: 'required' });
export const value: Parameter<'value', 'required'> = Object.freeze({ kind: 'value', presence: 'required' });

/** @param fallback what Spark assumes without it: sent only where a later argument is given */
export function optional<K extends Kind>(
  parameter: Parameter<K, 'required'>,
  fallback?: LiteralValue,
): Parameter<K, 'optional'> {
  const base = { kind: parameter.kind, presence: 'optional' } as const;
  return Object.freeze(fallback === undefined ? base : { ...base, fallback });
}

export function rest<K extends Kind>(parameter: Parameter<K, 'required'>): Parameter<K, 'rest'> {
  return Object.freeze({ kind: parameter.kind, presence: 'rest' });
}

type Arguments<P extends readonly Parameter[]> = P extends readonly [
  infer Head extends Parameter,
  ...infer Tail extends readonly Parameter[],
]
  ? [...(Head['kind'] extends 'column' ? Columns : Values)[Head['presence']], ...Arguments<Tail>]
  : [];

/** An argument in a list, with the name that editors show. */
interface Columns {
  readonly required: [column: Kinds['column']];
  readonly optional: [column?: Kinds['column'] | undefined];
  readonly rest: [...columns: Kinds['column'][]];
}
interface Values {
  readonly required: [value: Kinds['value']];
  readonly optional: [value?: Kinds['value'] | undefined];
  readonly rest: [...values: Kinds['value'][]];
}

/** A function of Spark's registry as a function of columns. An argument left out (or undefined) is not sent. */
export function define<const P extends readonly Parameter[]>(
  name: string,
  ...parameters: P
): (...args: Arguments<P>) => Column {
  return (...args) => new Column(functionNode(name, toArguments(name, parameters, args)));
}

/** A function of any number of columns that also takes them as one array. */
export function orList(
  make: (...columns: Kinds['column'][]) => Column,
): (...columns: readonly Kinds['column'][] | readonly [columns: readonly Kinds['column'][]]) => Column {
  return (...columns) => {
    const [first] = columns;
    return make(...((columns.length === 1 && Array.isArray(first) ? first : columns) as readonly Kinds['column'][]));
  };
}

/**
 * A function that draws at random: its last parameter is a seed, chosen here where none is given, so that one plan gives the
 * same rows each time.
 */
export function defineRandom<const P extends readonly Parameter[]>(
  name: string,
  ...parameters: P
): (...args: Arguments<[...P, Parameter<'value', 'optional'>]>) => Column {
  return (...args: readonly (ColumnOrValue | undefined)[]) => {
    const seeded = args.length > parameters.length ? args : [...args, randomSeed()];
    return new Column(functionNode(name, toArguments(name, [...parameters, value], seeded)));
  };
}

/** Not negative, as Spark's own clients choose it. */
function randomSeed(): bigint {
  return randomBytes(8).readBigUInt64LE() >> 1n;
}

function toArguments(
  name: string,
  parameters: readonly Parameter[],
  args: readonly (ColumnOrValue | undefined)[],
): readonly ExpressionNode[] {
  const last = parameters.at(-1);
  const nodes: ExpressionNode[] = [];
  for (let i = 0; i < Math.max(args.length, parameters.length); i++) {
    const parameter = parameters[i] ?? (last?.presence === 'rest' ? last : undefined);
    const arg = args[i];
    if (parameter === undefined) throw invalid(name, `takes ${parameters.length} arguments, not ${args.length}`);
    if (arg === undefined) {
      if (parameter.presence === 'required') throw invalid(name, `argument ${i + 1} is missing`);
      if (args.slice(i + 1).every((later) => later === undefined)) break;
      if (parameter.fallback === undefined) {
        throw invalid(name, `argument ${i + 1} is missing, but a later one is given`);
      }
      nodes.push(literalExpression(parameter.fallback));
      continue;
    }
    nodes.push(parameter.kind === 'column' && typeof arg === 'string' ? nameToExpression(arg) : toExpression(arg));
  }
  return nodes;
}

function invalid(name: string, what: string): SparkConnectError {
  return new SparkConnectError('invalid-argument', `${name}: ${what}`);
}
