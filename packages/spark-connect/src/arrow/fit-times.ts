import { type Data, TimeUnit } from 'apache-arrow';
import { isInt64 } from '../types/index.ts';
import { nullTest, valuesOf } from './buffers.ts';

const PER_SECOND: Readonly<Record<TimeUnit, bigint>> = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
};
const NANOS_PER_MICRO = 1000n;

/**
 * Times or durations in another unit, as 64 bits each; what stands in place of a null becomes 0.
 *
 * @throws RangeError for nanoseconds that are no whole microseconds, and for what does not fit
 */
export function inUnit(data: Data, bits: number, from: TimeUnit, to: TimeUnit): { data: BigInt64Array } {
  const isNull = nullTest(data);
  const values = bits === 32 ? valuesOf(Int32Array, data) : valuesOf(BigInt64Array, data);
  const [multiplier, divisor] = [PER_SECOND[to], PER_SECOND[from]];
  const scaled = new BigInt64Array(data.length);
  for (let row = 0; row < data.length; row++) {
    if (isNull?.(row)) continue;
    const value = BigInt(values[row] ?? 0);
    if (from === TimeUnit.NANOSECOND) checkMicros(value);
    const number = (value * multiplier) / divisor;
    if (!isInt64(number)) throw new RangeError(`${value} ${UNITS[from]} are too many for 64 bits`);
    scaled[row] = number;
  }
  return { data: scaled };
}

/** @throws RangeError where one has nanoseconds that are no whole microseconds */
export function checkCalendarIntervals(data: Data): void {
  const isNull = nullTest(data);
  const words = valuesOf(BigInt64Array, data, 2);
  for (let row = 0; row < data.length; row++) if (!isNull?.(row)) checkMicros(words[row * 2 + 1] ?? 0n);
}

const UNITS: Readonly<Record<TimeUnit, string>> = {
  [TimeUnit.SECOND]: 's',
  [TimeUnit.MILLISECOND]: 'ms',
  [TimeUnit.MICROSECOND]: 'µs',
  [TimeUnit.NANOSECOND]: 'ns',
};

function checkMicros(nanos: bigint): void {
  if (nanos % NANOS_PER_MICRO === 0n) return;
  throw new RangeError(`${nanos} ns are no whole microseconds, and Spark has nothing finer: round them first`);
}
