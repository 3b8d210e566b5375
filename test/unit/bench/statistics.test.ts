import { expect } from 'chai';
import { median, medianSummary, percentile, summarise } from '../../../scripts/bench/statistics.ts';

describe('percentile', () => {
  it('is always one of the values: the nearest rank', () => {
    const values = [50, 10, 40, 20, 30];
    expect([0, 0.2, 0.21, 0.5, 0.95, 1].map((part) => percentile(values, part))).to.deep.equal([
      10, 10, 20, 30, 50, 50,
    ]);
  });

  it('of 1 to 100 is the percentage itself', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.95, 0.99].map((part) => percentile(values, part))).to.deep.equal([50, 95, 99]);
  });

  it('leaves the order of its input alone', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).to.deep.equal([3, 1, 2]);
  });

  it('refuses nothing and parts beyond the whole', () => {
    expect(() => percentile([], 0.5)).to.throw(RangeError);
    expect(() => percentile([1], 1.01)).to.throw(RangeError);
    expect(() => percentile([1], Number.NaN)).to.throw(RangeError);
  });
});

describe('median', () => {
  it('is the middle of an odd number and between the two of an even one', () => {
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([1, 9, 5, 7])).to.equal(6);
    expect(median([4])).to.equal(4);
    expect(() => median([])).to.throw(RangeError);
  });
});

describe('summaries', () => {
  it('tell count, percentiles and maximum', () => {
    const values = Array.from({ length: 200 }, (_, index) => index + 1);
    expect(summarise(values)).to.deep.equal({ count: 200, p50: 100, p95: 190, p99: 198, max: 200 });
  });

  it('of several runs are the medians, figure by figure', () => {
    const runs = [
      { count: 10, p50: 1, p95: 30, p99: 5, max: 7 },
      { count: 10, p50: 2, p95: 10, p99: 6, max: 9 },
      { count: 10, p50: 3, p95: 20, p99: 4, max: 8 },
    ];
    expect(medianSummary(runs)).to.deep.equal({ count: 10, p50: 2, p95: 20, p99: 5, max: 8 });
  });
});
