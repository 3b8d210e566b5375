/**
 * How long to wait before another attempt: doubles with each, up to a limit; a random part keeps many from coming at once.
 *
 * @param attempts those that have failed, from 1
 * @param random a number in [0, 1)
 * @returns milliseconds, between half and all of what the doubling gives
 */
export function backOffMs(
  attempts: number,
  { firstMs, mostMs }: { firstMs: number; mostMs: number },
  random: number = Math.random(),
): number {
  const fullMs = Math.min(mostMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return fullMs * (0.5 + random / 2);
}
