import { expect } from 'chai';
import { SparkConnectError } from '../../../src/errors.ts';
import { wholeTimeout } from '../../../src/streaming/timeout.ts';

describe('a timeout of streaming', () => {
  it('is a whole number of milliseconds, never shorter than it was said', () => {
    expect([1, 1.5, 0.001, 2 ** 40].map(wholeTimeout)).to.deep.equal([1, 2, 1, 2 ** 40]);
  });

  it('is no limit where none is given, or one that never comes', () => {
    expect([undefined, Number.POSITIVE_INFINITY, 1e300].map(wholeTimeout)).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is refused where it is no time', () => {
    for (const timeoutMs of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(() => wholeTimeout(timeoutMs))
        .to.throw(SparkConnectError, `timeoutMs is ${timeoutMs}`)
        .with.property('code', 'invalid-argument');
  });
});
