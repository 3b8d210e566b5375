import { randomBytes } from 'node:crypto';

/** A seed for a sample when the user gives none: chosen here, so that the plan gives the same rows each time. */
export function randomSeed(): bigint {
  return randomBytes(8).readBigInt64LE();
}
