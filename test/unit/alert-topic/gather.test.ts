import { expect } from 'chai';
import { Gather } from '../../../jobs/alert-topic/gather.ts';

const HOUR = 3_600_000;

describe('gathering what several hand in', () => {
  it('does at once what comes at the same moment, and afterwards together what came meanwhile', async () => {
    const works: (readonly number[])[] = [];
    let finish = () => {};
    const gather = new Gather<number>((items) => {
      works.push(items);
      return new Promise((resolve) => {
        finish = resolve;
      });
    }, HOUR);
    const first = [gather.add([1, 2], true), gather.add([3], true)];
    await new Promise(setImmediate);
    const second = [gather.add([4], true), gather.add([5], true)];
    await new Promise(setImmediate);
    expect(works).to.deep.equal([[1, 2, 3]]);
    finish();
    await Promise.all(first);
    await new Promise(setImmediate);
    expect(works).to.deep.equal([
      [1, 2, 3],
      [4, 5],
    ]);
    finish();
    await Promise.all(second);
  });

  it('lets all of whom it concerns know of a failure, and works on', async () => {
    let fails = true;
    const gather = new Gather<number>(async () => {
      if (fails) throw new Error('no database');
    }, HOUR);
    const results = await Promise.allSettled([gather.add([1], true), gather.add([2], true)]);
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    fails = false;
    await gather.add([3], true);
  });

  it('lets wait what is not urgent, until something is or for the time that was said', async () => {
    const works: (readonly number[])[] = [];
    const work = async (items: readonly number[]) => {
      works.push(items);
    };
    const patient = new Gather<number>(work, HOUR);
    const waiting = patient.add([1], false);
    expect(patient.size).to.equal(1);
    await patient.add([2], true);
    await waiting;
    expect(patient.size).to.equal(0);
    const last = patient.add([3], false);
    await patient.drain();
    await last;
    await patient.drain();
    await new Gather<number>(work, 1).add([4], false);
    expect(works).to.deep.equal([[1, 2], [3], [4]]);
  });
});
