/**
 * Hashes and checksums.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import { column, define, rest, value } from './define.ts';

// Hash Functions
export const crc32 = define('crc32', column);
export const hash = define('hash', rest(column));
export const md5 = define('md5', column);
export const sha = define('sha', column);
export const sha1 = define('sha1', column);
export const sha2 = define('sha2', column, value);
export const xxhash64 = define('xxhash64', rest(column));
