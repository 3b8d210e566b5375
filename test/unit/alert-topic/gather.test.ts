import { expect } from 'chai';
import { Gather } from '../../../jobs/alert-topic/gather.ts';

describe('gathering what several hand in', () => {
  it('does at once what comes at the same moment, and afterwards together what came meanwhile', async () => {
    const works: (readonly number[])[] = [];
    let finish = () => {};
    const gather = new Gather<number>((items) => {
      works.push(items);
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    const first = [gather.add([1, 2]), gather.add([3])];
    await new Promise(setImmediate);
    const second = [gather.add([4]), gather.add([5])];
    await new Promise(setImmediate);
    expect(works).to.deep.equal([[1, 2, 3]]);
    finish();
    await Promise.all(first);
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
    });
    const results = await Promise.allSettled([gather.add([1]), gather.add([2])]);
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    fails = false;
    await gather.add([3]);
  });
});
