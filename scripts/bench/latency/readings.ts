import { type Limit, type Patient, seededRandom } from '../../../database/index.ts';
import { type Attribute, limitsFor } from '../../../jobs/alerts/limits.ts';
import type { Reading } from '../../../producer/index.ts';

/** What the latency benchmarks send. */
export const READINGS_PER_SECOND = 100;
export const PART_OUTSIDE = 0.05;

const ATTRIBUTES: readonly Attribute[] = ['heartBeat', 'bp'];
const FARTHEST = 15;

/**
 * Readings of all patients in turn, within their limits but for a given part of them, spread evenly at random, of which
 * one attribute is too low or too high. The same seed gives the same readings.
 *
 * @param outside part of the readings that are out of limits, 0 to 1
 * @throws Error for a patient without limits
 */
export function* benchReadings(
  patients: readonly Patient[],
  limits: readonly Limit[],
  { outside, seed }: { outside: number; seed: number },
): Generator<Reading, never, undefined> {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  for (;;) {
    for (const { customerId, age } of patients) {
      const values = { heartBeat: 0, bp: 0 };
      const out = random() < outside ? ATTRIBUTES[between(0, 1)] : undefined;
      for (const attribute of ATTRIBUTES) {
        const [limit] = limitsFor(limits, attribute, customerId, age);
        if (!limit) throw new Error(`patient ${customerId} has no limit for ${attribute}`);
        const beyond = between(1, FARTHEST);
        const low = random() < 0.5;
        if (attribute !== out) values[attribute] = between(limit.lower, limit.upper);
        else values[attribute] = low ? limit.lower - beyond : limit.upper + beyond;
      }
      yield { customerId, ...values };
    }
  }
}
