import { randomBytes } from 'node:crypto';
import { invalid } from '../errors.ts';

/** A seed for a sample when the user gives none: chosen here, so that the plan gives the same rows each time. */
export function randomSeed(): bigint {
  return randomBytes(8).readBigInt64LE();
}

/** @throws SparkConnectError invalid-argument for a number that is no whole one */
export function seedOf(seed: bigint | number): bigint {
  if (typeof seed === 'bigint' || Number.isSafeInteger(seed)) return BigInt(seed);
  throw invalid(`a seed is a whole number, not ${String(seed)}: beyond 2^53 give a bigint`);
}
