import { expect } from 'chai';
import { attributeOf, patientOf } from '../../../jobs/alert-desk/desk.ts';
import { RateLimit } from '../../../jobs/alert-desk/endpoint/rate-limit.ts';
import { parseSince, silenceEnd } from '../../../jobs/alert-desk/times.ts';
import { OperatorError } from '../../../settings/index.ts';

const NOW = Date.UTC(2026, 0, 5, 8);
const HOUR = 3_600_000;

describe('what is typed at the desk', () => {
  it('says when a silence ends, by a duration or a time with its zone', () => {
    expect(silenceEnd({ for: '2h' }, NOW)).to.equal(NOW + 2 * HOUR);
    expect(silenceEnd({ for: '31d' }, NOW)).to.equal(NOW + 31 * 24 * HOUR);
    expect(silenceEnd({ until: '2026-01-05T10:00Z' }, NOW)).to.equal(NOW + 2 * HOUR);
    expect(silenceEnd({ until: '2026-01-05T11:00:00.5+01:00' }, NOW)).to.equal(NOW + 2 * HOUR + 500);
  });

  for (const [options, text] of [
    [{}, 'a silence needs its end'],
    [{ for: '1h', until: '2026-01-05T10:00Z' }, 'a silence needs its end'],
    [{ for: '0s' }, 'later than now'],
    [{ for: 'long' }, '--for expects a duration'],
    [{ until: '2026-01-05T08:00Z' }, 'later than now'],
    [{ until: '2026-03-01T08:00Z' }, '31 days at most'],
    [{ until: '2026-01-05T10:00' }, 'with its zone'],
    [{ until: '2026-13-05T10:00Z' }, 'with its zone'],
    [{ until: 'tomorrow' }, 'with its zone'],
  ] as const) {
    it(`refuses a silence with ${JSON.stringify(options)}`, () => {
      expect(() => silenceEnd(options, NOW))
        .to.throw(OperatorError, text)
        .that.includes({ exitCode: 2 });
    });
  }

  it('says since when, by a duration before now or a time', () => {
    expect(parseSince('24h', NOW)).to.equal(NOW - 24 * HOUR);
    expect(parseSince('90d', NOW)).to.equal(NOW - 90 * 24 * HOUR);
    expect(parseSince('2026-01-01T00:00Z', NOW)).to.equal(Date.UTC(2026, 0, 1));
    for (const text of ['yesterday', '', '-1h']) {
      expect(() => parseSince(text, NOW)).to.throw(
        OperatorError,
        '--since expects a duration such as 24h, or a time such as 2026-01-05T18:00Z, not',
      );
    }
    expect(() => parseSince('24', NOW)).to.throw(OperatorError, '--since expects a duration');
    expect(() => parseSince('2026-01-05', NOW)).to.throw(OperatorError, '--since expects a time with its zone');
  });

  it('names patients and attributes as the tables do', () => {
    expect([patientOf('3'), patientOf('-3'), attributeOf('bp'), attributeOf(undefined)]).to.deep.equal([
      3,
      -3,
      'bp',
      undefined,
    ]);
    for (const text of ['', 'three', '3.5', '99999999999', '1e3'])
      expect(() => patientOf(text)).to.throw(OperatorError);
    expect(() => attributeOf('pulse')).to.throw(OperatorError, 'heartBeat or bp');
  });
});

describe('RateLimit', () => {
  it('lets a burst through, then as many as the time allows, for each address on its own', () => {
    const limit = new RateLimit({ burst: 3, perMinute: 6 });
    expect([1, 2, 3, 4].map(() => limit.take('a', 0))).to.deep.equal([0, 0, 0, 10]);
    expect(limit.take('b', 0)).to.equal(0);
    expect(limit.take('a', 5_000)).to.equal(5);
    expect(limit.take('a', 10_000)).to.equal(0);
    expect(limit.take('a', 10_000)).to.equal(10);
    expect([1, 2, 3, 4].map(() => limit.take('a', 1_000_000))).to.deep.equal([0, 0, 0, 10]);
  });

  it('keeps what it remembers within bounds', () => {
    const limit = new RateLimit({ burst: 1, perMinute: 1 });
    for (let address = 0; address < 20_000; address++) limit.take(String(address), 0);
    expect(limit.take('19999', 0)).to.be.greaterThan(0);
    expect(limit.take('0', 0)).to.equal(0);
  });
});
