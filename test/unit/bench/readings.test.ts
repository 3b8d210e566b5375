import { expect } from 'chai';
import { DEMO_PATIENTS, demoLimits } from '../../../database/index.ts';
import { judge } from '../../../jobs/alerts/limits.ts';
import { benchReadings } from '../../../scripts/bench/latency/readings.ts';

const patients = DEMO_PATIENTS.map(({ customerId, age, ward, email }) => ({
  customerId,
  age,
  ward,
  doctorEmail: email,
}));
const limits = demoLimits('course');

function take(count: number, outside: number, seed = 1) {
  const readings = benchReadings(patients, limits, { outside, seed });
  return Array.from({ length: count }, () => readings.next().value);
}

describe('benchReadings', () => {
  const ageOf = (id: number) => patients.find(({ customerId }) => customerId === id)?.age;
  const breaches = (count: number, outside: number) =>
    take(count, outside).map((reading) => judge(reading, limits, ageOf).breaches.length);

  it('puts about the wanted part out of limits, one attribute each', () => {
    const counts = breaches(10_000, 0.05);
    const outside = counts.filter((count) => count > 0);
    expect(outside.length).to.be.within(420, 580);
    expect(Math.max(...counts)).to.equal(1);
  });

  it('keeps to the ends', () => {
    expect(Math.max(...breaches(500, 0))).to.equal(0);
    expect(Math.min(...breaches(500, 1))).to.equal(1);
  });

  it('takes the patients in turn and is the same for the same seed', () => {
    expect(take(6, 0.05).map(({ customerId }) => customerId)).to.deep.equal([1, 2, 3, 4, 5, 1]);
    expect(take(50, 0.5, 3)).to.deep.equal(take(50, 0.5, 3));
    expect(take(50, 0.5, 3)).not.to.deep.equal(take(50, 0.5, 4));
  });
});
