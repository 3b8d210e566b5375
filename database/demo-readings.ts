import { DEMO_PATIENTS, demoLimits } from './demo-patients.ts';
import type { Attribute, Limit } from './limits-repository.ts';
import { seededRandom } from './seeded-random.ts';

/** One row of patients_vital_info before it has an id. */
export interface RecordedReading {
  readonly customerId: number;
  /** Beats per minute. */
  readonly heartBeat: number;
  /** Systolic pressure, mmHg. */
  readonly bp: number;
  /** UTC, `YYYY-MM-DD HH:MM:SS.mmm`. */
  readonly recordedAt: string;
}

export interface DemoReadingsOptions {
  /** Readings in all, dealt to the five patients in turn; 1,800 by default. */
  readonly count?: number;
  readonly seed?: number;
  /** Time of the first reading; a fixed Monday morning by default, so that the data is the same every day. */
  readonly startsAt?: Date;
  /** Between one reading and the next, of whichever patient; 1,000 by default. */
  readonly spacingMs?: number;
}

/** An excursion may fall into each stretch of this many readings of a patient. */
const STRETCH = 45;
/** Of four stretches one holds a high run, one a low run, in shuffled order: about 8 % of readings each way. */
const KINDS = ['high', 'low', 'quiet', 'quiet'] as const;
const LONGEST_RUN = 9;
const SHORTEST_RUN = 5;
/** How far beyond the limit an excursion goes at its peak. */
const PEAK: Readonly<Record<Attribute, { readonly least: number; readonly most: number }>> = {
  heartBeat: { least: 4, most: 22 },
  bp: { least: 8, most: 38 },
};

/**
 * Readings that look like a monitor's: smooth within the patient's normal band of the course preset, with a few runs
 * of 5 to 9 readings outside of it. The same options give the same readings on every machine.
 */
export function demoReadings(options: DemoReadingsOptions = {}): readonly RecordedReading[] {
  const { count = 1_800, seed = 1, startsAt = new Date('2026-01-05T08:00:00.000Z'), spacingMs = 1_000 } = options;
  const perPatient = Math.ceil(count / DEMO_PATIENTS.length);
  const signals = DEMO_PATIENTS.map(({ age }, index) => {
    const random = seededRandom(seed * 1_000 + index);
    return {
      heartBeat: signal('heartBeat', bandOf('heartBeat', age), perPatient, random),
      bp: signal('bp', bandOf('bp', age), perPatient, random),
    };
  });
  return Array.from({ length: count }, (_, index) => {
    const which = index % DEMO_PATIENTS.length;
    const turn = Math.floor(index / DEMO_PATIENTS.length);
    return {
      customerId: DEMO_PATIENTS[which]?.customerId ?? 0,
      heartBeat: signals[which]?.heartBeat[turn] ?? 0,
      bp: signals[which]?.bp[turn] ?? 0,
      recordedAt: utcText(startsAt.getTime() + index * spacingMs),
    };
  });
}

function bandOf(attribute: Attribute, age: number): Limit {
  const limit = demoLimits('course').find(
    (candidate) => candidate.attribute === attribute && candidate.lowAge <= age && age <= candidate.highAge,
  );
  if (limit === undefined) throw new Error(`the course preset has no ${attribute} limit for age ${age}`);
  return limit;
}

function signal(
  attribute: Attribute,
  { lower, upper }: Limit,
  length: number,
  random: () => number,
): readonly number[] {
  const middle = (lower + upper) / 2;
  const reach = (upper - lower) / 2;
  const values: number[] = [];
  let drift = 0;
  for (let index = 0; index < length; index += 1) {
    // Pulled back to the middle, so it wanders like a resting patient and stays inside of the band.
    drift = Math.max(-0.9, Math.min(0.9, drift * 0.92 + (random() - 0.5) * 0.5));
    values.push(Math.round(middle + drift * reach * 0.9));
  }
  for (const { start, run, kind } of excursions(length, random)) {
    const { least, most } = PEAK[attribute];
    const peak = least + random() * (most - least);
    for (let step = 0; step < run; step += 1) {
      const beyond = Math.max(1, Math.round(peak * Math.sin((Math.PI * (step + 0.5)) / run)));
      values[start + step] = kind === 'high' ? upper + beyond : lower - beyond;
    }
  }
  return values;
}

function* excursions(length: number, random: () => number) {
  for (let stretch = 0, kinds: ('high' | 'low' | 'quiet')[] = []; (stretch + 1) * STRETCH <= length; stretch += 1) {
    if (kinds.length === 0) kinds = shuffled(KINDS, random);
    const kind = kinds.pop();
    const run = SHORTEST_RUN + Math.floor(random() * (LONGEST_RUN - SHORTEST_RUN + 1));
    const start = stretch * STRETCH + 1 + Math.floor(random() * (STRETCH - LONGEST_RUN - 2));
    if (kind === 'high' || kind === 'low') yield { start, run, kind };
  }
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}

function utcText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '');
}
