/**
 * Numbers and bits.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import type { Column, ColumnOrName } from './column.ts';
import { column, define, defineRandom, optional, rest, value } from './define.ts';

// Mathematical Functions
export const abs = define('abs', column);
export const acos = define('acos', column);
export const acosh = define('acosh', column);
export const asin = define('asin', column);
export const asinh = define('asinh', column);
export const atan = define('atan', column);
export const atan2 = define('atan2', column, column);
export const atanh = define('atanh', column);
export const bin = define('bin', column);
export const bround = define('bround', column, optional(value));
export const cbrt = define('cbrt', column);
export const ceil = define('ceil', column, optional(value));
export const ceiling = define('ceiling', column, optional(value));
export const conv = define('conv', column, value, value);
export const cos = define('cos', column);
export const cosh = define('cosh', column);
export const cot = define('cot', column);
export const csc = define('csc', column);
export const degrees = define('degrees', column);
export const exp = define('exp', column);
export const expm1 = define('expm1', column);
export const factorial = define('factorial', column);
export const floor = define('floor', column, optional(value));
export const greatest = define('greatest', rest(column));
export const hex = define('hex', column);
export const hypot = define('hypot', column, column);
export const least = define('least', rest(column));
export const ln = define('ln', column);
export const log10 = define('log10', column);
export const log1p = define('log1p', column);
export const log2 = define('log2', column);
export const negative = define('negative', column);
export const pi = define('pi');
export const pmod = define('pmod', column, column);
export const positive = define('positive', column);
export const power = define('power', column, column);
export const radians = define('radians', column);
export const rand = defineRandom('rand');
export const randn = defineRandom('randn');
export const random = defineRandom('random');
export const rint = define('rint', column);
export const round = define('round', column, optional(value));
export const sec = define('sec', column);
export const sign = define('sign', column);
export const signum = define('signum', column);
export const sin = define('sin', column);
export const sinh = define('sinh', column);
export const sqrt = define('sqrt', column);
export const tan = define('tan', column);
export const tanh = define('tanh', column);
export const tryAdd = define('try_add', column, column);
export const tryDivide = define('try_divide', column, column);
export const tryMod = define('try_mod', column, column);
export const tryMultiply = define('try_multiply', column, column);
export const trySubtract = define('try_subtract', column, column);
export const unhex = define('unhex', column);
export const uniform = defineRandom('uniform', value, value);
export const widthBucket = define('width_bucket', column, column, column, column);

// Bitwise Functions
export const bitCount = define('bit_count', column);
export const bitGet = define('bit_get', column, column);
export const getbit = define('getbit', column, column);
export const shiftleft = define('shiftleft', column, value);
export const shiftright = define('shiftright', column, value);
export const shiftrightunsigned = define('shiftrightunsigned', column, value);
export const bitwiseNot = define('~', column);
export const pow = define('power', column, column);
export const negate = define('negative', column);
/** Euler's number. */
export const e = define('e');

/** The natural logarithm of a column, or `log(base, column)`. */
export function log(column: ColumnOrName): Column;
export function log(base: number, column: ColumnOrName): Column;
export function log(first: ColumnOrName | number, second?: ColumnOrName): Column {
  if (second === undefined) return ln(first);
  return logOfBase(first, second);
}
const logOfBase = define('log', column, column);
