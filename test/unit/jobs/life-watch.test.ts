import { expect } from 'chai';
import type { OtherMarks } from '../../../jobs/driver-mark.ts';
import { LifeWatch } from '../../../jobs/life-watch.ts';

const marks = (values: Readonly<Record<string, number>>): OtherMarks =>
  new Map(Object.entries(values).map(([id, beats]) => [id, { role: 'leader', value: `leader ${beats}` }]));

describe('a watch over the marks of other processes', () => {
  let watch: LifeWatch;
  const living = (values: Readonly<Record<string, number>>, nowMs: number) => [
    ...watch.look(marks(values), nowMs).keys(),
  ];

  beforeEach(() => {
    watch = new LifeWatch();
  });

  it('takes one for dead that has not changed over five seconds of looking, and for living when it changes again', () => {
    for (let ms = 0; ms < 5_000; ms += 500) expect(living({ a: 1, b: ms }, ms)).to.deep.equal(['a', 'b']);
    expect(living({ a: 1, b: 5_000 }, 5_000)).to.deep.equal(['b']);
    expect(living({ a: 2, b: 5_000 }, 5_500)).to.deep.equal(['a', 'b']);
  });

  it('does not count the time in which nobody looked: the server or this process stood still', () => {
    living({ a: 1 }, 0);
    expect(living({ a: 1 }, 60_000)).to.deep.equal(['a']);
    expect(living({ a: 1 }, 120_000)).to.deep.equal(['a']);
  });

  it('begins anew with a mark that went away and came back', () => {
    for (let ms = 0; ms <= 4_500; ms += 500) living({ a: 1 }, ms);
    expect(living({}, 5_000)).to.deep.equal([]);
    expect(living({ a: 1 }, 5_500)).to.deep.equal(['a']);
    expect(living({ a: 1 }, 6_000)).to.deep.equal(['a']);
  });
});
