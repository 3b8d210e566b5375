/**
 * Functions of many rows.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import { functionNode } from '../plan/expressions.ts';
import { Column, type ColumnOrName, type ColumnOrValue, nameToExpression, toExpression } from './column.ts';
import { column, define, defineRandom, optional, rest, value } from './define.ts';

// Aggregate Functions
export const anyValue = define('any_value', column, optional(value));
export const approxCountDistinct = define('approx_count_distinct', column, optional(value));
export const arrayAgg = define('array_agg', column);
export const avg = define('avg', column);
export const bitAnd = define('bit_and', column);
export const bitOr = define('bit_or', column);
export const bitXor = define('bit_xor', column);
export const bitmapAndAgg = define('bitmap_and_agg', column);
export const bitmapConstructAgg = define('bitmap_construct_agg', column);
export const bitmapOrAgg = define('bitmap_or_agg', column);
export const boolAnd = define('bool_and', column);
export const boolOr = define('bool_or', column);
export const collectList = define('collect_list', column);
export const collectSet = define('collect_set', column);
export const corr = define('corr', column, column);
export const count = define('count', column);
export const countIf = define('count_if', column);
export const countMinSketch = defineRandom('count_min_sketch', column, value, value);
export const covarPop = define('covar_pop', column, column);
export const covarSamp = define('covar_samp', column, column);
export const every = define('every', column);
export const first = define('first', column, optional(value));
export const firstValue = define('first_value', column, optional(value));
export const grouping = define('grouping', column);
export const groupingId = define('grouping_id', rest(column));
export const histogramNumeric = define('histogram_numeric', column, value);
export const hllSketchAgg = define('hll_sketch_agg', column, optional(value));
export const hllUnionAgg = define('hll_union_agg', column, optional(value));
export const kllSketchAggBigint = define('kll_sketch_agg_bigint', column, optional(value));
export const kllSketchAggDouble = define('kll_sketch_agg_double', column, optional(value));
export const kllSketchAggFloat = define('kll_sketch_agg_float', column, optional(value));
export const kurtosis = define('kurtosis', column);
export const last = define('last', column, optional(value));
export const lastValue = define('last_value', column, optional(value));
export const listagg = define('listagg', column, optional(value));
export const max = define('max', column);
export const maxBy = define('max_by', column, column);
export const median = define('median', column);
export const min = define('min', column);
export const minBy = define('min_by', column, column);
export const mode = define('mode', column, optional(value));
export const product = define('product', column);
export const regrAvgx = define('regr_avgx', column, column);
export const regrAvgy = define('regr_avgy', column, column);
export const regrCount = define('regr_count', column, column);
export const regrIntercept = define('regr_intercept', column, column);
export const regrR2 = define('regr_r2', column, column);
export const regrSlope = define('regr_slope', column, column);
export const regrSxx = define('regr_sxx', column, column);
export const regrSxy = define('regr_sxy', column, column);
export const regrSyy = define('regr_syy', column, column);
export const skewness = define('skewness', column);
export const some = define('some', column);
export const std = define('std', column);
export const stddev = define('stddev', column);
export const stddevPop = define('stddev_pop', column);
export const stddevSamp = define('stddev_samp', column);
export const stringAgg = define('string_agg', column, optional(value));
export const sum = define('sum', column);
export const thetaIntersectionAgg = define('theta_intersection_agg', column);
export const thetaSketchAgg = define('theta_sketch_agg', column, optional(value));
export const thetaUnionAgg = define('theta_union_agg', column, optional(value));
export const tryAvg = define('try_avg', column);
export const trySum = define('try_sum', column);
export const varPop = define('var_pop', column);
export const varSamp = define('var_samp', column);
export const variance = define('variance', column);
export const mean = define('avg', column);
export const percentile = define('percentile', column, value, optional(value));
export const percentileApprox = define('percentile_approx', column, value, optional(value));
export const approxPercentile = define('approx_percentile', column, value, optional(value));

/** How many different combinations of non-null values there are. */
export function countDistinct(first: ColumnOrName, ...others: readonly ColumnOrName[]): Column {
  return distinct('count', first, ...others);
}
export function sumDistinct(column: ColumnOrName): Column {
  return distinct('sum', column);
}
/** Since Spark 4.0. */
export function listaggDistinct(column: ColumnOrName, delimiter?: ColumnOrValue): Column {
  return distinct('listagg', column, ...(delimiter === undefined ? [] : [literal(delimiter)]));
}
/** Since Spark 4.0. */
export function stringAggDistinct(column: ColumnOrName, delimiter?: ColumnOrValue): Column {
  return distinct('string_agg', column, ...(delimiter === undefined ? [] : [literal(delimiter)]));
}

function distinct(name: string, ...columns: readonly ColumnOrName[]): Column {
  return new Column(functionNode(name, columns.map(nameToExpression), { distinct: true }));
}
function literal(value: ColumnOrValue): Column {
  return new Column(toExpression(value));
}
