/**
 * Spark's functions, by PySpark's names in camel case: `F.currentTimestamp()`, `F.fromJson(…)`, `F.countDistinct(…)`.
 *
 * Text names a column where PySpark's twin takes a column, and is a literal where it takes a plain value.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/functions.html
 */
export * from './aggregate.ts';
export * from './collection.ts';
export * from './conditional.ts';
export * from './core.ts';
export * from './datetime.ts';
export * from './external.ts';
export * from './hash.ts';
export * from './json.ts';
export * from './lambda.ts';
export * from './math.ts';
export * from './misc.ts';
export * from './partitioning.ts';
export * from './string.ts';
export * from './window.ts';
export * from './xml.ts';
