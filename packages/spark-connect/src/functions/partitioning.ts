/**
 * Transforms by which a table is partitioned: `df.writeTo('t').partitionedBy(F.days('time'))`.
 *
 * Source: https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/functions.html#partition-transformation-functions
 */
import { column, define, value } from './define.ts';

export const bucket = define('bucket', value, column);
export const days = define('days', column);
export const hours = define('hours', column);
export const months = define('months', column);
export const years = define('years', column);
