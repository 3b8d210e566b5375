/** Whether it is a whole number of 32 bits, as Spark keeps days and months. */
export function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
}

/** Whether it has 64 bits at most, as Spark keeps a long and microseconds. */
export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
