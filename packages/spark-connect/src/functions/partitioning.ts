/**
 * Transforms by which a table is partitioned: `df.writeTo('t').partitionedBy(F.days('time'))`.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/functions.html#partition-transformation-functions
 */
import { column, define, value } from './define.ts';

/** @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.partitioning.bucket.html */
export const bucket = define('bucket', value, column);
/** @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.partitioning.days.html */
export const days = define('days', column);
/** @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.partitioning.hours.html */
export const hours = define('hours', column);
/** @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.partitioning.months.html */
export const months = define('months', column);
/** @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.partitioning.years.html */
export const years = define('years', column);
