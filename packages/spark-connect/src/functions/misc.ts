/**
 * The session, encryption, sketches and the rest.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import { column, define, optional, rest, value } from './define.ts';

// Misc Functions
export const aesDecrypt = define(
  'aes_decrypt',
  column,
  column,
  optional(column, 'GCM'),
  optional(column, 'DEFAULT'),
  optional(column),
);
export const aesEncrypt = define(
  'aes_encrypt',
  column,
  column,
  optional(column, 'GCM'),
  optional(column, 'DEFAULT'),
  optional(column, ''),
  optional(column),
);
export const assertTrue = define('assert_true', column, optional(value));
export const bitmapBitPosition = define('bitmap_bit_position', column);
export const bitmapBucketNumber = define('bitmap_bucket_number', column);
export const bitmapCount = define('bitmap_count', column);
export const currentCatalog = define('current_catalog');
export const currentDatabase = define('current_database');
export const currentSchema = define('current_schema');
export const currentUser = define('current_user');
export const hllSketchEstimate = define('hll_sketch_estimate', column);
export const hllUnion = define('hll_union', column, column, optional(value));
export const inputFileBlockLength = define('input_file_block_length');
export const inputFileBlockStart = define('input_file_block_start');
export const inputFileName = define('input_file_name');
export const javaMethod = define('java_method', rest(column));
export const kllSketchGetNBigint = define('kll_sketch_get_n_bigint', column);
export const kllSketchGetNDouble = define('kll_sketch_get_n_double', column);
export const kllSketchGetNFloat = define('kll_sketch_get_n_float', column);
export const kllSketchGetQuantileBigint = define('kll_sketch_get_quantile_bigint', column, column);
export const kllSketchGetQuantileDouble = define('kll_sketch_get_quantile_double', column, column);
export const kllSketchGetQuantileFloat = define('kll_sketch_get_quantile_float', column, column);
export const kllSketchGetRankBigint = define('kll_sketch_get_rank_bigint', column, column);
export const kllSketchGetRankDouble = define('kll_sketch_get_rank_double', column, column);
export const kllSketchGetRankFloat = define('kll_sketch_get_rank_float', column, column);
export const kllSketchMergeBigint = define('kll_sketch_merge_bigint', column, column);
export const kllSketchMergeDouble = define('kll_sketch_merge_double', column, column);
export const kllSketchMergeFloat = define('kll_sketch_merge_float', column, column);
export const kllSketchToStringBigint = define('kll_sketch_to_string_bigint', column);
export const kllSketchToStringDouble = define('kll_sketch_to_string_double', column);
export const kllSketchToStringFloat = define('kll_sketch_to_string_float', column);
export const monotonicallyIncreasingId = define('monotonically_increasing_id');
export const raiseError = define('raise_error', value);
export const reflect = define('reflect', rest(column));
export const sessionUser = define('session_user');
export const sparkPartitionId = define('spark_partition_id');
export const thetaDifference = define('theta_difference', column, column);
export const thetaIntersection = define('theta_intersection', column, column);
export const thetaSketchEstimate = define('theta_sketch_estimate', column);
export const thetaUnion = define('theta_union', column, column, optional(value));
export const tryAesDecrypt = define(
  'try_aes_decrypt',
  column,
  column,
  optional(column, 'GCM'),
  optional(column, 'DEFAULT'),
  optional(column),
);
export const tryReflect = define('try_reflect', rest(column));
export const unwrapUdt = define('unwrap_udt', column);
export const user = define('user');
/** A random UUID for each row: others with each action, unless a seed is given, which Spark 3.5 does not take. */
export const uuid = define('uuid', optional(value));
export const version = define('version');

// Geospatial ST Functions
export const stAsbinary = define('st_asbinary', column);
export const stGeogfromwkb = define('st_geogfromwkb', column);
export const stGeomfromwkb = define('st_geomfromwkb', column);
export const stSetsrid = define('st_setsrid', column, column);
export const stSrid = define('st_srid', column);
/** @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.functions.typeof.html */
export const typeOf = define('typeof', column);
export { typeOf as typeof };
