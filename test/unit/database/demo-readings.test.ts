import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { DEMO_PATIENTS, demoLimits, demoReadings, isDemoLimit, seededRandom } from '../../../database/index.ts';

type Side = 'low' | 'high' | 'in';

function sideOf(customerId: number, attribute: 'heartBeat' | 'bp', value: number): Side {
  const age = DEMO_PATIENTS.find((patient) => patient.customerId === customerId)?.age ?? -1;
  const bands = demoLimits('course').filter((limit) => {
    return limit.attribute === attribute && limit.lowAge <= age && age <= limit.highAge;
  });
  expect(bands, `one band for ${attribute} at ${age}`).to.have.length(1);
  const [band] = bands;
  if (band === undefined) throw new Error('no band');
  return value < band.lower ? 'low' : value > band.upper ? 'high' : 'in';
}

describe('demonstration readings', () => {
  const readings = demoReadings();

  it('are 1,800, 360 of each of the five patients, a second apart', () => {
    expect(readings).to.have.length(1_800);
    for (const { customerId } of DEMO_PATIENTS) {
      expect(readings.filter((reading) => reading.customerId === customerId)).to.have.length(360);
    }
    expect(readings[0]?.recordedAt).to.equal('2026-01-05 08:00:00.000');
    expect(readings[1_799]?.recordedAt).to.equal('2026-01-05 08:29:59.000');
  });

  it('are the same bytes on every machine', () => {
    const digest = createHash('sha256').update(JSON.stringify(readings)).digest('hex');
    expect(digest).to.equal('c6e1e1df563c79040f0b68988f187f2de61f7149df61246a557e6675fc6b30bd');
    expect(demoReadings({ seed: 2 })).to.not.deep.equal(readings);
  });

  it('leave the limits in 5 to 10 % of readings in each direction', () => {
    const share = (side: Side) => {
      const out = readings.filter(({ customerId, heartBeat, bp }) => {
        return sideOf(customerId, 'heartBeat', heartBeat) === side || sideOf(customerId, 'bp', bp) === side;
      });
      return out.length / readings.length;
    };
    expect(share('low')).to.be.within(0.05, 0.1);
    expect(share('high')).to.be.within(0.05, 0.1);
  });

  it('leave them in runs of 5 to 9 readings, both ways for every patient and attribute', () => {
    for (const { customerId } of DEMO_PATIENTS) {
      for (const attribute of ['heartBeat', 'bp'] as const) {
        const sides = readings
          .filter((reading) => reading.customerId === customerId)
          .map((reading) => sideOf(customerId, attribute, reading[attribute]));
        const runs = sides.join(' ').match(/(low ?)+|(high ?)+/g) ?? [];
        expect(new Set(runs.map((run) => run.split(' ')[0]))).to.deep.equal(new Set(['low', 'high']));
        for (const run of runs) expect(run.trim().split(' ').length).to.be.within(5, 9);
      }
    }
  });

  it('change smoothly while within the limits', () => {
    for (const { customerId } of DEMO_PATIENTS) {
      const own = readings.filter((reading) => reading.customerId === customerId);
      for (let index = 1; index < own.length; index += 1) {
        const [before, after] = [own[index - 1]?.heartBeat ?? 0, own[index]?.heartBeat ?? 0];
        const calm = [before, after].every((value) => sideOf(customerId, 'heartBeat', value) === 'in');
        if (calm) expect(Math.abs(after - before)).to.be.at.most(3);
      }
    }
  });

  it('stay plausible at any length, with whole numbers', () => {
    for (const { heartBeat, bp } of demoReadings({ count: 20_003, seed: 7 })) {
      expect(Number.isInteger(heartBeat) && heartBeat >= 1 && heartBeat <= 350).to.equal(true);
      expect(Number.isInteger(bp) && bp >= 1 && bp <= 400).to.equal(true);
    }
  });

  it('come from a generator that fills [0, 1) evenly', () => {
    const random = seededRandom(3);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const bucket = Math.floor(random() * 10);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    for (const count of counts) expect(count).to.be.within(9_500, 10_500);
  });
});

describe('demonstration limits', () => {
  it('have the inclusive bands of the course', () => {
    const bands = demoLimits('course').map((limit) => [
      limit.attribute,
      limit.lowAge,
      limit.highAge,
      limit.lower,
      limit.upper,
    ]);
    expect(bands).to.deep.equal([
      ['heartBeat', 0, 40, 70, 78],
      ['heartBeat', 41, 100, 66, 73],
      ['bp', 0, 40, 161, 220],
      ['bp', 41, 100, 151, 180],
    ]);
  });

  it('say that they are for demonstration, and never claim a NEWS2 score', () => {
    for (const limit of [...demoLimits('course'), ...demoLimits('news2')]) {
      expect(limit.message).to.include('demonstration').and.not.match(/news/i);
      expect(isDemoLimit(limit)).to.equal(true);
    }
    expect(isDemoLimit({ source: 'local' })).to.equal(false);
  });

  it('follow the pulse and systolic bands of NEWS2, critical at its outer edges', () => {
    const critical = demoLimits('news2').filter((limit) => limit.severity === 'critical');
    expect(critical.map(({ attribute, lower, upper }) => [attribute, lower, upper])).to.deep.equal([
      ['heartBeat', 41, 130],
      ['bp', 91, 219],
    ]);
  });

  it('send mail to reserved domains only', () => {
    for (const { email } of DEMO_PATIENTS) expect(email).to.match(/@[\w-]+\.example\.org$/);
  });
});
