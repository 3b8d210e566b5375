// The faults that the suite knows. Adding one: a line here and what it does in inject.ts.

/** What a fault hits. */
export type Part = 'producer' | 'driver' | 'kafka' | 'spark' | 'datanode' | 'mariadb' | 'smtp' | 'line';

export interface FaultKind {
  readonly name: string;
  readonly part: Part;
  /** How long it lasts, milliseconds; what ends by itself has [0, 0]. */
  readonly lastsMs: readonly [least: number, most: number];
  /** How often it is drawn, compared with others. */
  readonly weight: number;
  /**
   * Whether a mail that the server has taken may come again: the fault can fall between the server's 250 and the note
   * of it in the database.
   */
  readonly mayDoubleMails: boolean;
  /** Whether it ends or freezes a service of the stack, which only a stack of one's own can bear. */
  readonly needsOwnStack: boolean;
}

function process(part: Part, mostFrozenMs: number, weight: number, mayDoubleMails: boolean, needsOwnStack: boolean) {
  const common = { part, weight, mayDoubleMails, needsOwnStack };
  return [
    // A service stays away for a while; our processes are started again at once.
    { name: `${part}-kill`, lastsMs: [0, needsOwnStack ? 2_000 : 0], ...common },
    { name: `${part}-freeze`, lastsMs: [1_000, mostFrozenMs], ...common },
    { name: `${part}-restart`, lastsMs: [0, 0], ...common },
  ] satisfies FaultKind[];
}

function lasting(name: string, part: Part, mayDoubleMails: boolean, mostMs = 8_000): FaultKind {
  return { name, part, lastsMs: [500, mostMs], weight: 2, mayDoubleMails, needsOwnStack: false };
}

export const FAULT_KINDS: readonly FaultKind[] = [
  ...process('producer', 8_000, 3, false, false),
  // Beyond 15 seconds Spark takes it for dead.
  ...process('driver', 18_000, 3, true, false),
  ...process('kafka', 8_000, 2, false, true),
  // A driver that loses its server ends, perhaps with a mail in hand.
  ...process('spark', 8_000, 1, true, true),
  ...process('datanode', 8_000, 1, false, true),
  ...process('mariadb', 8_000, 2, true, true),
  lasting('smtp-refuse', 'smtp', false),
  lasting('smtp-stall', 'smtp', true),
  lasting('smtp-later', 'smtp', false, 4_000),
  { name: 'smtp-drop', part: 'smtp', lastsMs: [0, 0], weight: 2, mayDoubleMails: true, needsOwnStack: false },
  { name: 'smtp-never', part: 'smtp', lastsMs: [0, 0], weight: 2, mayDoubleMails: false, needsOwnStack: false },
  lasting('line-driver-spark', 'line', true),
  lasting('line-driver-mariadb', 'line', true),
  lasting('line-producer-mariadb', 'line', false),
  lasting('line-producer-kafka', 'line', false),
];

/** The kinds whose names are, or begin with, one of these words: `kafka-kill`, `kafka`, `line`. */
export function kindsNamed(words: readonly string[]): readonly FaultKind[] {
  return FAULT_KINDS.filter(({ name }) => words.some((word) => name === word || name.startsWith(`${word}-`)));
}
