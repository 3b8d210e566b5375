import { seededRandom } from '../../../database/index.ts';
import type { FaultKind } from './catalogue.ts';

/** What a fault waits for before it begins; the machine's speed does not count, only what has happened. */
export type Trigger =
  /** So many rows of the run are in the table. */
  | { readonly on: 'rows'; readonly count: number }
  /** The next mail is in the mail server's hands. */
  | { readonly on: 'mail' }
  /** The driver reports the next batch. */
  | { readonly on: 'batch' };

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly trigger: Trigger;
  /** From what it waits for to its begin, milliseconds. */
  readonly delayMs: number;
  readonly lastsMs: number;
}

/** Everything that chance decides about one run. */
export interface RunPlan {
  readonly run: number;
  /** Of this run's readings. */
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
}

/** Rows of a run; more follow while a fault lasts. */
export const PLANNED_ROWS = 240;
const LONGEST_DELAY_MS = 400;

/**
 * Draws one run. It depends on the seed and the run's number only, so that any run can be replayed without those before.
 *
 * @param kinds what may be drawn
 */
export function planRun(seed: number, run: number, kinds: readonly FaultKind[]): RunPlan {
  if (kinds.length === 0) throw new Error('no fault to draw from');
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(run, 0x85ebca6b));
  const draw = random();
  const count = draw < 0.6 ? 1 : draw < 0.9 ? 2 : 3;
  const faults: PlannedFault[] = [];
  for (let left = kinds; faults.length < count && left.length > 0; ) {
    const kind = weighted(left, random());
    faults.push({
      kind,
      trigger: trigger(random),
      delayMs: between(0, LONGEST_DELAY_MS, random),
      lastsMs: lasts(kind, random),
    });
    // What is dead cannot be frozen: one fault of a part at a time.
    left = left.filter((other) => (kind.part === 'line' ? other.name !== kind.name : other.part !== kind.part));
  }
  return { run, seed: Math.floor(random() * 2 ** 31), faults };
}

/** `kafka-kill 1.2 s after 80 rows + mariadb-freeze …` */
export function describeFaults({ faults }: Pick<RunPlan, 'faults'>): string {
  return faults
    .map(({ kind, trigger: { on, ...rest }, lastsMs }) => {
      const when = 'count' in rest ? `${rest.count} rows` : `a ${on}`;
      return `${kind.name}${lastsMs > 0 ? ` ${(lastsMs / 1000).toFixed(1)} s` : ''} at ${when}`;
    })
    .join(' + ');
}

function trigger(random: () => number): Trigger {
  const draw = random();
  const count = between(PLANNED_ROWS * 0.1, PLANNED_ROWS * 0.6, random);
  if (draw < 0.5) return { on: 'rows', count };
  return { on: draw < 0.75 ? 'mail' : 'batch' };
}

function lasts({ lastsMs: [least, most] }: FaultKind, random: () => number): number {
  // Short faults are more telling than long ones, and cheaper.
  return Math.round(least + (most - least) * random() ** 2);
}

function weighted(kinds: readonly FaultKind[], draw: number): FaultKind {
  let left = draw * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return kinds[kinds.length - 1] as FaultKind;
}

function between(least: number, most: number, random: () => number): number {
  return Math.floor(least + (most - least) * random());
}
