import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Attribute, Limit, Patient, Severity } from '../../../database/index.ts';
import { sortOut } from '../../../jobs/alerts/batch-facts.ts';
import { DirectoryIndex } from '../../../jobs/alerts/directory-index.ts';
import { type Breach, classify, judge, type Reading } from '../../../jobs/alerts/limits.ts';
import { bandsOfPatients, batchReport, type PatientReport } from '../../../jobs/alerts/limits-view.ts';
import { openSession } from '../../helpers/jobs-surroundings.ts';

const READINGS = 'customerId INT, heartBeat INT, bp INT, timestamp TIMESTAMP, partition INT, offset BIGINT';

const patient = (customerId: number, age: number): Patient => {
  return { customerId, age, ward: 'Ward', doctorEmail: 'doctor@example.org' };
};

const limit = (overrides: Partial<Limit> = {}): Limit => {
  const everyone = { attribute: 'heartBeat', customerId: null, lowAge: 0, highAge: 150 } as const;
  return { ...everyone, lower: 60, upper: 100, severity: 'warning', message: 'out', source: 'local', ...overrides };
};

describe('limits joined in Spark', () => {
  let spark: SparkSession;

  before(async () => {
    spark = await openSession();
  });

  after(() => spark.stop());

  /** What Spark reports as out of limits, judged as the driver does; and what it says of patients as a whole. */
  async function inSpark(
    readings: readonly Reading[],
    limits: readonly Limit[],
    patients: readonly Patient[],
    watched: readonly number[] = [],
  ) {
    const rows = readings.map((reading, index) => {
      return { ...reading, timestamp: new Date(index * 1_000), partition: index % 3, offset: BigInt(index) };
    });
    const frame = spark.createDataFrame(rows, READINGS);
    const reports = await batchReport(
      frame,
      bandsOfPatients(spark, patients, limits),
      watched,
    ).collect<PatientReport>();
    const { facts, patients: seen } = sortOut(reports);
    const index = new DirectoryIndex({ limits, patients });
    const breaches = facts.measurements.flatMap((one) => {
      const breach = classify(one, one.attribute, one.value, index.limitsOf(one.customerId, one.attribute));
      return breach ? [{ ...breach, at: new Date(one.atMs) }] : [];
    });
    return { breaches, ...facts, seen };
  }

  function byRules(readings: readonly Reading[], limits: readonly Limit[], patients: readonly Patient[]) {
    const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
    return readings.flatMap((reading, index) =>
      judge(reading, limits, (id) => ages.get(id)).breaches.map((breach) => ({
        ...breach,
        at: new Date(index * 1_000),
      })),
    );
  }

  async function expectAgreement(readings: readonly Reading[], limits: readonly Limit[], patients: readonly Patient[]) {
    const found = await inSpark(readings, limits, patients);
    expect(sorted(found.breaches)).to.deep.equal(sorted(byRules(readings, limits, patients)));
    // Spark hands over nothing of patients with whom all is well.
    const told = new Set(found.measurements.map(({ customerId }) => customerId));
    expect(told).to.deep.equal(new Set(found.breaches.map(({ customerId }) => customerId)));
    expect(found.seen.reduce((sum, { readings: count }) => sum + count, 0)).to.equal(readings.length);
    return found;
  }

  it('counts both ends of an age range and of a band as inside', async () => {
    const limits = [
      limit({ lowAge: 0, highAge: 40, lower: 70, upper: 78 }),
      limit({ lowAge: 41, highAge: 100, lower: 66, upper: 73 }),
    ];
    const patients = [patient(1, 0), patient(2, 40), patient(3, 41), patient(4, 100), patient(5, 101)];
    const readings = patients.flatMap(({ customerId }) =>
      [65, 66, 69, 70, 73, 74, 78, 79].map((heartBeat) => ({ customerId, heartBeat, bp: 120 })),
    );
    const { breaches } = await expectAgreement(readings, limits, patients);
    expect(breaches).to.have.length(16);
  });

  it("lets a patient's own limits win, for that attribute and age only", async () => {
    const limits = [
      limit(),
      limit({ customerId: 1, lower: 40, upper: 160 }),
      limit({ customerId: 2, lower: 80, upper: 90, lowAge: 18 }),
      limit({ attribute: 'bp', lower: 110, upper: 140 }),
    ];
    const patients = [patient(1, 50), patient(2, 17), patient(3, 50)];
    const readings = [1, 2, 3].map((customerId) => ({ customerId, heartBeat: 150, bp: 150 }));
    const { breaches } = await expectAgreement(readings, limits, patients);
    expect(breaches.map(({ customerId, attribute }) => [customerId, attribute])).to.have.deep.members([
      [1, 'bp'],
      [2, 'heartBeat'],
      [2, 'bp'],
      [3, 'heartBeat'],
      [3, 'bp'],
    ]);
  });

  it('reports nothing as out of limits where there are no limits, no patients, or an unknown one', async () => {
    const readings = [1, 2].map((customerId) => ({ customerId, heartBeat: 10, bp: 10 }));
    expect((await expectAgreement(readings, [limit()], [patient(1, 30)])).breaches).to.have.length(1);
    expect((await expectAgreement(readings, [], [patient(1, 30)])).breaches).to.have.length(0);
    expect((await expectAgreement(readings, [limit()], [])).breaches).to.have.length(0);
  });

  it('hands over all readings of watched patients, and where each patient and partition ends', async () => {
    const beats = [70, 71, 200, 72, 73, 74];
    const readings = beats.map((heartBeat, index) => ({ customerId: 1 + (index % 3), heartBeat, bp: 120 }));
    const limits = [limit(), limit({ attribute: 'bp' as const, upper: 140 })];
    const patients = [patient(1, 30), patient(2, 30), patient(3, 30)];
    const { measurements, seen, ends } = await inSpark(readings, limits, patients, [2]);
    expect(
      measurements.map(({ customerId, attribute, value, offset, atMs }) => [
        customerId,
        attribute,
        value,
        offset,
        atMs,
      ]),
    ).to.have.deep.members([
      [2, 'heartBeat', 71, 1n, 1_000],
      [2, 'bp', 120, 1n, 1_000],
      [2, 'heartBeat', 73, 4n, 4_000],
      [2, 'bp', 120, 4n, 4_000],
      [3, 'heartBeat', 200, 2n, 2_000],
      [3, 'bp', 120, 2n, 2_000],
      [3, 'heartBeat', 74, 5n, 5_000],
      [3, 'bp', 120, 5n, 5_000],
    ]);
    expect(seen).to.have.deep.members([
      { customerId: 1, readings: 2, newestAtMs: 3_000 },
      { customerId: 2, readings: 2, newestAtMs: 4_000 },
      { customerId: 3, readings: 2, newestAtMs: 5_000 },
    ]);
    expect(ends).to.deep.equal(
      new Map([
        [0, { nextOffset: 4n, newestAtMs: 3_000 }],
        [1, { nextOffset: 5n, newestAtMs: 4_000 }],
        [2, { nextOffset: 6n, newestAtMs: 5_000 }],
      ]),
    );
  });

  it('watches over thousands of patients at once', async () => {
    const watched = Array.from({ length: 5_000 }, (_, index) => index - 2_500);
    const readings = [-2_501, -2_500, 0, 2_499, 2_500].map((customerId) => ({ customerId, heartBeat: 70, bp: 120 }));
    const patients = readings.map(({ customerId }) => patient(customerId, 30));
    const { measurements } = await inSpark(readings, [limit()], patients, watched);
    const told = measurements.filter(({ attribute }) => attribute === 'bp').map(({ customerId }) => customerId);
    expect(told).to.have.members([-2_500, 0, 2_499]);
  });

  it('finds each of several thousand patients, whose ids need not be near to each other', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => (index - 1_500) * 1_048_573);
    const patients = ids.map((customerId, index) => patient(customerId, index % 90));
    const limits = [limit({ highAge: 40, lower: 70 }), limit({ lowAge: 41 }), limit({ attribute: 'bp', lowAge: 60 })];
    const readings = ids.map((customerId) => ({ customerId, heartBeat: 65, bp: 50 }));
    const { breaches } = await expectAgreement(readings, limits, patients);
    expect(breaches).to.not.be.empty;
  });

  it('agrees with the rules for any limits, patients and readings', async () => {
    const customerId = fc.integer({ min: 1, max: 6 });
    const age = fc.integer({ min: 0, max: 8 });
    const band = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat(6));
    const anyLimit: fc.Arbitrary<Limit> = fc
      .record({
        attribute: fc.constantFrom<Attribute>('heartBeat', 'bp'),
        customerId: fc.option(customerId),
        ages: fc.tuple(age, fc.nat(5)),
        band,
        severity: fc.constantFrom<Severity>('warning', 'critical'),
        message: fc.string({ maxLength: 5 }),
        source: fc.constantFrom('local', 'course'),
      })
      .map(({ ages: [lowAge, years], band: [lower, width], ...rest }) => {
        return { ...rest, lowAge, highAge: lowAge + years, lower, upper: lower + width };
      });
    const anyPatient = fc.tuple(customerId, age).map(([id, years]) => patient(id, years));
    const value = fc.integer({ min: 1, max: 20 });
    const anyReading = fc.record({ customerId, heartBeat: value, bp: value });
    const property = fc.asyncProperty(
      fc.array(anyReading, { minLength: 300, maxLength: 300 }),
      fc.array(anyLimit, { maxLength: 16 }),
      fc.uniqueArray(anyPatient, { selector: (one) => one.customerId }),
      async (readings, limits, patients) => {
        await expectAgreement(readings, limits, patients);
      },
    );
    await fc.assert(property, { numRuns: 8, seed: 20, endOnFailure: true });
  });
});

function sorted<T extends Breach & { readonly at: Date }>(breaches: readonly T[]): T[] {
  const key = ({ at, attribute }: T) => `${at.toISOString()} ${attribute}`;
  return breaches.toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
}
