import type { Limit } from './limits-repository.ts';

/** Shown wherever demonstration limits or readings show. */
export const DEMO_NOTICE = 'Demonstration data, not clinical advice.';

export type LimitsPreset = 'course' | 'news2';

/** Made-up people on reserved domains: no mail can leave for a real person. */
export const DEMO_PATIENTS = [
  {
    customerId: 1,
    name: 'Demo Patient One',
    age: 23,
    ward: 'Ward A',
    doctor: 'Dr. Alder',
    email: 'alder@ward-a.example.org',
  },
  {
    customerId: 2,
    name: 'Demo Patient Two',
    age: 45,
    ward: 'Ward A',
    doctor: 'Dr. Alder',
    email: 'alder@ward-a.example.org',
  },
  {
    customerId: 3,
    name: 'Demo Patient Three',
    age: 56,
    ward: 'Ward B',
    doctor: 'Dr. Birch',
    email: 'birch@ward-b.example.org',
  },
  {
    customerId: 4,
    name: 'Demo Patient Four',
    age: 67,
    ward: 'Ward B',
    doctor: 'Dr. Birch',
    email: 'birch@ward-b.example.org',
  },
  {
    customerId: 5,
    name: 'Demo Patient Five',
    age: 72,
    ward: 'Ward C',
    doctor: 'Dr. Cedar',
    email: 'cedar@ward-c.example.org',
  },
] as const;

const everyone = { customerId: null, lowAge: 0, highAge: 150 };
const young = { customerId: null, lowAge: 0, highAge: 40 };
const older = { customerId: null, lowAge: 41, highAge: 100 };

/** Bands of a course exercise: narrow, so that a demonstration has something to show. */
const COURSE: readonly Omit<Limit, 'message' | 'source'>[] = [
  { attribute: 'heartBeat', ...young, lower: 70, upper: 78, severity: 'warning' },
  { attribute: 'heartBeat', ...older, lower: 66, upper: 73, severity: 'warning' },
  { attribute: 'bp', ...young, lower: 161, upper: 220, severity: 'warning' },
  { attribute: 'bp', ...older, lower: 151, upper: 180, severity: 'warning' },
];

/**
 * The bands of two of the seven parameters of NEWS2 (pulse, systolic pressure): outside of the inner band counts as
 * warning, outside of the outer one as critical. Two of seven never add up to a NEWS2 score.
 */
const NEWS2: readonly Omit<Limit, 'message' | 'source'>[] = [
  { attribute: 'heartBeat', ...everyone, lower: 51, upper: 90, severity: 'warning' },
  { attribute: 'heartBeat', ...everyone, lower: 41, upper: 130, severity: 'critical' },
  { attribute: 'bp', ...everyone, lower: 111, upper: 219, severity: 'warning' },
  { attribute: 'bp', ...everyone, lower: 91, upper: 219, severity: 'critical' },
];

const LABEL = { heartBeat: 'Heart beat', bp: 'Blood pressure' } as const;
const UNIT = { heartBeat: 'beats per minute', bp: 'mmHg' } as const;

/** The limits of a preset, ready to be written to threshold_reference. */
export function demoLimits(preset: LimitsPreset): readonly Limit[] {
  return (preset === 'course' ? COURSE : NEWS2).map((limit) => ({
    ...limit,
    message: `${LABEL[limit.attribute]} outside ${limit.lower}–${limit.upper} ${UNIT[limit.attribute]} (demonstration limit)`,
    source: preset,
  }));
}

/** Whether a limit is one of ours for demonstrations, so that a mail can say so. */
export function isDemoLimit(limit: Pick<Limit, 'source'>): boolean {
  return limit.source === 'course' || limit.source === 'news2';
}
