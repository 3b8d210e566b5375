import { expect } from 'chai';
import fc from 'fast-check';
import { DEMO_PATIENTS, demoLimits } from '../../../database/index.ts';
import { classify, judge, type Limit, limitsFor } from '../../../jobs/alerts/limits.ts';

const limit = (overrides: Partial<Limit> = {}): Limit => ({
  attribute: 'heartBeat',
  customerId: null,
  lowAge: 0,
  highAge: 150,
  lower: 60,
  upper: 100,
  severity: 'warning',
  message: 'out',
  source: 'local',
  ...overrides,
});

const ageOf = (customerId: number) => DEMO_PATIENTS.find((patient) => patient.customerId === customerId)?.age;

describe('limitsFor', () => {
  it('takes the limits of the attribute and the age, both ends inclusive', () => {
    const young = limit({ lowAge: 0, highAge: 40 });
    const older = limit({ lowAge: 41, highAge: 100 });
    const all = [young, older, limit({ attribute: 'bp' })];
    const ages = [0, 40, 41, 100].map((age) => limitsFor(all, 'heartBeat', 1, age));
    expect(ages).to.deep.equal([[young], [young], [older], [older]]);
    expect(limitsFor(all, 'heartBeat', 1, 101)).to.deep.equal([]);
  });

  it('lets the own limits of a patient win, for that patient, attribute and age only', () => {
    const common = limit();
    const own = limit({ customerId: 3, lower: 50, upper: 120, lowAge: 18 });
    const all = [common, own, limit({ attribute: 'bp' })];
    expect(limitsFor(all, 'heartBeat', 3, 56)).to.deep.equal([own]);
    expect(limitsFor(all, 'heartBeat', 4, 56)).to.deep.equal([common]);
    expect(limitsFor(all, 'heartBeat', 3, 10)).to.deep.equal([common]);
    expect(limitsFor(all, 'bp', 3, 56)).to.have.length(1);
  });

  it('has none for a patient whom nobody knows', () => {
    expect(limitsFor([limit()], 'heartBeat', 99, undefined)).to.deep.equal([]);
  });
});

describe('classify', () => {
  const reading = { customerId: 3 };

  for (const [value, direction] of [
    [59, 'low'],
    [60, undefined],
    [100, undefined],
    [101, 'high'],
  ] as const) {
    it(`finds ${value} ${direction ?? 'normal'} for a band of 60 to 100`, () => {
      expect(classify(reading, 'heartBeat', value, [limit()])?.direction).to.equal(direction);
    });
  }

  it('tells value, band, severity, message and source', () => {
    const band = limit({ severity: 'critical', message: 'act', source: 'course' });
    expect(classify(reading, 'heartBeat', 130, [band])).to.deep.equal({
      customerId: 3,
      attribute: 'heartBeat',
      direction: 'high',
      value: 130,
      lower: 60,
      upper: 100,
      severity: 'critical',
      message: 'act',
      source: 'course',
    });
  });

  it('counts the most severe band that is left, whatever the order', () => {
    const inner = limit({ lower: 51, upper: 90 });
    const outer = limit({ lower: 41, upper: 130, severity: 'critical' });
    for (const bands of [
      [inner, outer],
      [outer, inner],
    ]) {
      expect(classify(reading, 'heartBeat', 95, bands)).to.include({ severity: 'warning', upper: 90 });
      expect(classify(reading, 'heartBeat', 131, bands)).to.include({ severity: 'critical', upper: 130 });
      expect(classify(reading, 'heartBeat', 40, bands)).to.include({ severity: 'critical', direction: 'low' });
    }
  });

  it('of two equally severe bands counts the one left further, then the earlier one', () => {
    const near = limit({ upper: 100, message: 'near' });
    const far = limit({ upper: 90, message: 'far' });
    expect(classify(reading, 'heartBeat', 110, [near, far])?.message).to.equal('far');
    expect(classify(reading, 'heartBeat', 110, [far, limit({ upper: 90, message: 'later' })])?.message).to.equal('far');
  });

  it('agrees with the definition for any value and bands', () => {
    const bands = fc.array(
      fc.record({ lower: fc.integer({ min: 0, max: 200 }), width: fc.nat(100), critical: fc.boolean() }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 350 }), bands, (value, raw) => {
        const limits = raw.map(({ lower, width, critical }) =>
          limit({ lower, upper: lower + width, severity: critical ? 'critical' : 'warning' }),
        );
        const left = limits.filter(({ lower, upper }) => value < lower || value > upper);
        const breach = classify(reading, 'heartBeat', value, limits);
        expect(breach !== undefined).to.equal(left.length > 0);
        if (breach === undefined) return;
        expect(breach.severity === 'critical').to.equal(left.some(({ severity }) => severity === 'critical'));
        expect(breach.direction === 'low' ? value < breach.lower : value > breach.upper).to.equal(true);
      }),
    );
  });
});

describe('judge', () => {
  const course = demoLimits('course');

  it('judges both attributes of a reading', () => {
    const { breaches, withoutLimit } = judge({ customerId: 3, heartBeat: 65, bp: 181 }, course, ageOf);
    expect(breaches.map(({ attribute, direction }) => [attribute, direction])).to.deep.equal([
      ['heartBeat', 'low'],
      ['bp', 'high'],
    ]);
    expect(withoutLimit).to.deep.equal([]);
  });

  it('finds nothing on the edges of the bands', () => {
    for (const reading of [
      { customerId: 1, heartBeat: 70, bp: 161 },
      { customerId: 1, heartBeat: 78, bp: 220 },
      { customerId: 2, heartBeat: 66, bp: 151 },
      { customerId: 5, heartBeat: 73, bp: 180 },
    ]) {
      expect(judge(reading, course, ageOf).breaches).to.deep.equal([]);
    }
  });

  it('names the attributes for which there is no limit instead of taking them for normal', () => {
    const heartOnly = course.filter(({ attribute }) => attribute === 'heartBeat');
    expect(judge({ customerId: 1, heartBeat: 75, bp: 300 }, heartOnly, ageOf)).to.deep.equal({
      breaches: [],
      withoutLimit: ['bp'],
    });
    expect(judge({ customerId: 99, heartBeat: 1, bp: 1 }, course, ageOf).withoutLimit).to.deep.equal([
      'heartBeat',
      'bp',
    ]);
  });
});
