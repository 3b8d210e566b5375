import { expect } from 'chai';
import { formatDuration, parseDuration } from '../../../settings/duration.ts';
import { OperatorError } from '../../../settings/operator-error.ts';

describe('durations', () => {
  for (const [text, ms] of [
    ['0s', 0],
    ['250ms', 250],
    ['1s', 1_000],
    ['1.5s', 1_500],
    [' 5m ', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ] as const) {
    it(`reads ${text}`, () => expect(parseDuration(text, '--interval')).to.equal(ms));
  }

  for (const text of ['', '5', 's', '-1s', '1 week', '1s2', '25d', '1e3s']) {
    it(`refuses '${text}' and names the option`, () => {
      expect(() => parseDuration(text, '--interval'))
        .to.throw(OperatorError, /^--interval expects a duration/)
        .that.includes({ code: 'DURATION_INVALID', exitCode: 2 });
    });
  }

  it('shows durations for people', () => {
    expect([0.4, 850, 12_345, 59_980, 125_000].map(formatDuration)).to.deep.equal([
      '0 ms',
      '850 ms',
      '12.3 s',
      '1 min 0 s',
      '2 min 5 s',
    ]);
  });
});
