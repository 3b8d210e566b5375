/**
 * Hashes and checksums.
 *
 * What each computes is documented under its SQL name at https://spark.apache.org/docs/latest/api/sql/
 */
import { invalid } from '../errors.ts';
import type { Column, ColumnOrName } from './column.ts';
import { column, define, rest, value } from './define.ts';

// Hash Functions
export const crc32 = define('crc32', column);
export const hash = define('hash', rest(column));
export const md5 = define('md5', column);
export const sha = define('sha', column);
export const sha1 = define('sha1', column);
export const xxhash64 = define('xxhash64', rest(column));

const sha2OfBits = define('sha2', column, value);
const SHA2_BITS = [0, 224, 256, 384, 512];

/**
 * A checksum of the SHA-2 family, as hexadecimal digits.
 *
 * @param numBits 224, 256, 384 or 512; 0 is 256
 * @throws SparkConnectError invalid-argument for another number, for which Spark would give null
 */
export function sha2(column: ColumnOrName, numBits: number | Column): Column {
  if (typeof numBits === 'number' && !SHA2_BITS.includes(numBits)) {
    throw invalid(`sha2 has no ${numBits} bits: ${SHA2_BITS.join(', ')}`);
  }
  return sha2OfBits(column, numBits);
}
