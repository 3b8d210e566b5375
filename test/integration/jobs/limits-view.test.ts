import type { SparkSession } from '@instant-health/spark-connect';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Attribute, Limit, Patient, Severity } from '../../../database/index.ts';
import { findingsOf, type ReportedMeasurement } from '../../../jobs/alerts/findings.ts';
import { type Breach, judge, type Reading } from '../../../jobs/alerts/limits.ts';
import { limitsOfPatients, measurementsToReport } from '../../../jobs/alerts/limits-view.ts';
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

  async function inSpark(readings: readonly Reading[], limits: readonly Limit[], patients: readonly Patient[]) {
    const rows = readings.map((reading, index) => {
      return { ...reading, timestamp: new Date(index * 1_000), partition: index % 3, offset: BigInt(index) };
    });
    const frame = spark.createDataFrame(rows, READINGS);
    const joined = limitsOfPatients(spark, patients, limits);
    return findingsOf(await measurementsToReport(frame, joined).collect<ReportedMeasurement>());
  }

  function byRules(readings: readonly Reading[], limits: readonly Limit[], patients: readonly Patient[]) {
    const ages = new Map(patients.map(({ customerId, age }) => [customerId, age]));
    const verdicts = readings.map((reading) => judge(reading, limits, (id) => ages.get(id)));
    const breaches = verdicts.flatMap((verdict, index) => {
      return verdict.breaches.map((breach) => ({ ...breach, at: new Date(index * 1_000) }));
    });
    const unlimited = readings.filter((_, index) => (verdicts[index]?.withoutLimit.length ?? 0) > 0);
    return {
      breaches,
      withoutLimits: verdicts.reduce((sum, { withoutLimit }) => sum + withoutLimit.length, 0),
      patientsWithoutLimits: [...new Set(unlimited.map(({ customerId }) => customerId))].sort((a, b) => a - b),
    };
  }

  async function expectAgreement(readings: readonly Reading[], limits: readonly Limit[], patients: readonly Patient[]) {
    const found = await inSpark(readings, limits, patients);
    const expected = byRules(readings, limits, patients);
    expect({ ...found, breaches: sorted(found.breaches) }).to.deep.equal({
      ...expected,
      breaches: sorted(expected.breaches),
    });
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
    const { patientsWithoutLimits } = await expectAgreement(readings, limits, patients);
    expect(patientsWithoutLimits).to.deep.equal([1, 2, 3, 4, 5]);
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

  it('reports patients whom nobody knows, and those without a limit, as without limits', async () => {
    const readings = [1, 2].map((customerId) => ({ customerId, heartBeat: 10, bp: 10 }));
    const { breaches, withoutLimits } = await expectAgreement(readings, [limit()], [patient(1, 30)]);
    expect([breaches.length, withoutLimits]).to.deep.equal([1, 3]);
  });

  it('reports everything as without limits where there are no limits, or no patients, at all', async () => {
    const readings = [{ customerId: 1, heartBeat: 70, bp: 120 }];
    expect((await expectAgreement(readings, [], [patient(1, 30)])).withoutLimits).to.equal(2);
    expect((await expectAgreement(readings, [limit()], [])).withoutLimits).to.equal(2);
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
