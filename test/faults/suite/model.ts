// What must be told, worked out from the rows alone: a second opinion, on purpose without a line of jobs/alerts.

/** The preset `news2` as plain numbers: beyond the first is a warning, beyond the second is critical. */
const BOUNDS = {
  heartBeat: { low: [51, 41], high: [90, 130] },
  bp: { low: [111, 91], high: [219, 219] },
} as const;

/** The rules under which the suite runs the driver. */
export const RULES = { openAfter: 2, recoverAfter: 3, repeatIntervalMs: 5_000 } as const;

/** A reading that can be trusted, of a patient with limits. */
export interface ModelReading {
  readonly customerId: number;
  readonly heartBeat: number;
  readonly bp: number;
  /** Kafka's time, milliseconds: reminders go by it. */
  readonly atMs: number;
}

export interface ExpectedEpisode {
  readonly customerId: number;
  readonly attribute: string;
  readonly direction: string;
  severity: 'warning' | 'critical';
  worst: number;
  breaches: number;
  ended: boolean;
  /** What must be told, in order. */
  readonly told: string[];
}

interface Course {
  readonly episode: ExpectedEpisode;
  open: boolean;
  inside: number;
  toldAtMs: number;
  nowMs: number;
}

/**
 * The episodes of readings, of each patient in their order.
 *
 * @returns those that opened, by patient, attribute and direction, in order
 */
export function expectedEpisodes(readings: readonly ModelReading[]): readonly ExpectedEpisode[] {
  const courses = new Map<string, Course>();
  const opened: ExpectedEpisode[] = [];
  for (const reading of readings) {
    for (const attribute of ['heartBeat', 'bp'] as const) {
      for (const direction of ['low', 'high'] as const) {
        const key = `${reading.customerId} ${attribute} ${direction}`;
        const before = courses.get(key);
        const after = step(before, reading, attribute, direction);
        if (after?.open && !opened.includes(after.episode)) opened.push(after.episode);
        if (after === undefined || after.episode.ended) courses.delete(key);
        else courses.set(key, after);
      }
    }
  }
  return opened;
}

function step(
  course: Course | undefined,
  { customerId, atMs, ...values }: ModelReading,
  attribute: 'heartBeat' | 'bp',
  direction: 'low' | 'high',
): Course | undefined {
  const value = values[attribute];
  const beyond = (bound: number) => (direction === 'low' ? value < bound : value > bound);
  const [warning, critical] = BOUNDS[attribute][direction];
  if (!beyond(warning)) return backInside(course, atMs);
  const severity = beyond(critical) ? 'critical' : 'warning';
  if (course === undefined) {
    const episode: ExpectedEpisode = {
      ...{ customerId, attribute, direction, severity, worst: value, breaches: 1, ended: false },
      told: [],
    };
    return openIfDue({ episode, open: false, inside: 0, toldAtMs: 0, nowMs: atMs });
  }
  const { episode } = course;
  course.nowMs = Math.max(course.nowMs, atMs);
  course.inside = 0;
  episode.breaches += 1;
  const worsens = severity === 'critical' && episode.severity === 'warning';
  if (
    worsens ||
    (severity === episode.severity && (direction === 'low' ? value < episode.worst : value > episode.worst))
  ) {
    episode.severity = severity;
    episode.worst = value;
  }
  if (!course.open) return openIfDue(course);
  if (worsens) tell(course, 'escalated');
  else if (course.nowMs - course.toldAtMs >= RULES.repeatIntervalMs) tell(course, 'reminded');
  return course;
}

function backInside(course: Course | undefined, atMs: number): Course | undefined {
  if (course === undefined || !course.open) return undefined;
  course.nowMs = Math.max(course.nowMs, atMs);
  course.inside += 1;
  if (course.inside >= RULES.recoverAfter) {
    course.episode.ended = true;
    tell(course, 'recovered');
  }
  return course;
}

function openIfDue(course: Course): Course {
  if (course.episode.breaches < RULES.openAfter) return course;
  course.open = true;
  tell(course, 'opened');
  return course;
}

function tell(course: Course, kind: string): void {
  course.toldAtMs = course.nowMs;
  course.episode.told.push(kind);
}
