import { seededRandom } from '../../../database/index.ts';

/** A row as it is inserted; null where a monitor has sent nothing. */
export interface VitalsRow {
  readonly customerId: number;
  readonly heartBeat: number | null;
  readonly bp: number | null;
}

export interface WardPatient {
  readonly customerId: number;
  readonly age: number;
  readonly ward: string;
  readonly doctorEmail: string;
}

/** The people of one run: nobody has been seen before, so each run stands for itself. */
export interface Ward {
  readonly patients: readonly WardPatient[];
  /** Goes out of limits when all faults are over: what is told of it shows that everything flows again. */
  readonly probe: WardPatient;
  /** Whose row's transaction commits late. */
  readonly late: WardPatient;
  /** In no table: has no limits. */
  readonly unknownId: number;
}

const IDS_PER_RUN = 20;
const PATIENTS = 6;
const DOCTORS = 3;
const WAYS_OUT = [
  { attribute: 'heartBeat', warning: [35, 50], critical: [20, 40] },
  { attribute: 'heartBeat', warning: [91, 130], critical: [131, 190] },
  { attribute: 'bp', warning: [92, 110], critical: [60, 90] },
  { attribute: 'bp', warning: [220, 300], critical: [220, 300] },
] as const;

export function wardOf(run: number): Ward {
  const first = run * IDS_PER_RUN;
  const patient = (index: number): WardPatient => {
    const ward = `Ward ${index % DOCTORS}`;
    const customerId = first + index;
    return { customerId, age: 20 + index * 7, ward, doctorEmail: `doctor-${index % DOCTORS}@wards.example.org` };
  };
  return {
    patients: Array.from({ length: PATIENTS }, (_, index) => patient(index)),
    probe: patient(PATIENTS),
    late: patient(PATIENTS + 1),
    unknownId: first + IDS_PER_RUN - 1,
  };
}

/** Readings without end, each patient in turn, the same for the same seed; limits as in the preset `news2`. */
export function* vitals(ward: Ward, seed: number): Generator<VitalsRow, never, undefined> {
  const random = seededRandom(seed);
  const within = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  const excursions = new Map<number, { way: (typeof WAYS_OUT)[number]; left: number }>();
  for (;;) {
    for (const { customerId } of ward.patients) {
      const normal = { customerId, heartBeat: within(55, 88), bp: within(112, 215) };
      const draw = random();
      if (draw < 0.01) yield { ...normal, heartBeat: null };
      else if (draw < 0.02) yield { ...normal, bp: random() < 0.5 ? 0 : 401 };
      else if (draw < 0.03) yield { ...normal, customerId: ward.unknownId };
      const current = excursions.get(customerId);
      if (current === undefined || current.left <= 0) {
        if (current) excursions.delete(customerId);
        if (random() < 0.12) {
          const way = WAYS_OUT[within(0, WAYS_OUT.length - 1)] ?? WAYS_OUT[0];
          excursions.set(customerId, { way, left: within(1, 9) });
        }
        yield normal;
        continue;
      }
      current.left -= 1;
      const [least, most] = random() < 0.25 ? current.way.critical : current.way.warning;
      // Some come back for a moment, which does not end an episode.
      yield random() < 0.15 ? normal : { ...normal, [current.way.attribute]: within(least, most) };
    }
  }
}
