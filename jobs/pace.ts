import type { SparkServer } from './targets/spark-server.ts';

/** How often a server is asked. */
export interface Pace {
  /** Between two looks at a query's batches, in milliseconds. */
  readonly followIntervalMs: number;
  /** How often vital-alerts looks for readings where `--trigger` does not say: Spark's interval text. */
  readonly alertsTrigger: string;
  /** How often the client looks whether a batch waits for its handler. */
  readonly foreachBatch: { readonly minPollIntervalMs?: number; readonly maxPollIntervalMs?: number };
}

// As soon as data is there: an alert that waits for a clock is late.
const QUICK: Pace = { followIntervalMs: 1_000, alertsTrigger: '0 seconds', foreachBatch: {} };

// EMR's proxy takes 5,000 calls of an address in five minutes. All our queries together make a third of them at this pace
// (measured by test/integration/targets); a reading then waits three seconds longer for its mail, as a median.
const METERED: Pace = {
  followIntervalMs: 10_000,
  alertsTrigger: '5 seconds',
  foreachBatch: { minPollIntervalMs: 400, maxPollIntervalMs: 1_000 },
};

/** The pace that fits a server: slow where a proxy on the way counts calls. */
export function paceOf({ isMetered }: SparkServer): Pace {
  return isMetered ? METERED : QUICK;
}
