import { expect } from 'chai';
import { FAULT_KINDS, kindsNamed } from '../../faults/suite/catalogue.ts';
import { vitals, wardOf } from '../../faults/suite/readings.ts';
import { describeFaults, PLANNED_ROWS, planRun } from '../../faults/suite/schedule.ts';

const RUNS = Array.from({ length: 300 }, (_, index) => index + 1);

describe('the schedule of faults', () => {
  it('is the same for the same seed, run by run, and another for another seed', () => {
    const drawn = (seed: number) => RUNS.map((run) => planRun(seed, run, FAULT_KINDS));
    expect(drawn(7)).to.deep.equal(drawn(7));
    expect(drawn(7).map(describeFaults)).not.to.deep.equal(drawn(8).map(describeFaults));
    // Any run can be replayed without those before it.
    expect(planRun(7, 42, FAULT_KINDS)).to.deep.equal(drawn(7)[41]);
  });

  it('draws every fault, one to three a run, never two of one part, each within its bounds', () => {
    const plans = RUNS.map((run) => planRun(1, run, FAULT_KINDS));
    expect(new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind.name)))).to.have.lengthOf(
      FAULT_KINDS.length,
    );
    expect([...new Set(plans.map(({ faults }) => faults.length))].sort()).to.deep.equal([1, 2, 3]);
    for (const { faults } of plans) {
      const parts = faults.map(({ kind }) => (kind.part === 'line' ? kind.name : kind.part));
      expect(new Set(parts)).to.have.lengthOf(parts.length);
      for (const { kind, lastsMs, trigger } of faults) {
        expect(lastsMs).to.be.within(...kind.lastsMs);
        if (trigger.on === 'rows') expect(trigger.count).to.be.within(1, PLANNED_ROWS);
      }
    }
  });

  it('takes names, and parts of them up to a hyphen', () => {
    expect(kindsNamed(['kafka-kill', 'smtp']).map(({ name }) => name)).to.deep.equal([
      ...['kafka-kill', 'smtp-refuse', 'smtp-stall', 'smtp-later', 'smtp-drop', 'smtp-never'],
    ]);
    expect(kindsNamed(['kaf', 'nothing'])).to.deep.equal([]);
  });
});

describe("a run's readings", () => {
  const some = (seed: number) => {
    const rows = vitals(wardOf(3), seed);
    return Array.from({ length: 2_000 }, () => rows.next().value);
  };

  it('are the same for the same seed', () => {
    expect(some(5)).to.deep.equal(some(5)).and.not.to.deep.equal(some(6));
  });

  it('are of people of the run only, and have of everything that must be told apart', () => {
    const rows = some(5);
    const { patients, unknownId } = wardOf(3);
    const known = new Set(patients.map(({ customerId }) => customerId));
    expect(new Set(rows.map(({ customerId }) => customerId))).to.deep.equal(new Set([...known, unknownId]));
    expect(new Set(wardOf(4).patients.filter(({ customerId }) => known.has(customerId)))).to.have.lengthOf(0);
    expect(rows.some(({ heartBeat }) => heartBeat === null)).to.equal(true);
    expect(rows.some(({ bp }) => bp === 0 || bp === 401)).to.equal(true);
    for (const out of [
      (hr: number) => hr < 41,
      (hr: number) => hr >= 41 && hr < 51,
      (hr: number) => hr > 90 && hr <= 130,
      (hr: number) => hr > 130,
    ]) {
      expect(rows.some(({ heartBeat }) => heartBeat !== null && out(heartBeat))).to.equal(true);
    }
    expect(rows.some(({ bp }) => bp !== null && bp > 219 && bp <= 400)).to.equal(true);
    expect(rows.some(({ bp }) => bp !== null && bp > 0 && bp < 91)).to.equal(true);
  });
});
