import { expect } from 'chai';
import { type AlertNotice, type ExpectedBreach, joinMails } from '../../../scripts/bench/latency/join-mails.ts';
import { readNotice } from '../../../scripts/bench/latency/read-notice.ts';

const START = Date.parse('2026-01-05T08:00:00.000Z');

function breach(offsetMs: number, kind: Partial<ExpectedBreach> = {}): ExpectedBreach {
  return { customerId: 1, attribute: 'bp', direction: 'high', timestamp: START + offsetMs, ...kind };
}

function notice(offsetMs: number, covered: readonly ExpectedBreach[]): AlertNotice {
  const [first, last] = [covered[0], covered.at(-1)];
  if (!first || !last) throw new Error('a notice of nothing');
  const { customerId, attribute, direction } = first;
  return {
    customerId,
    attribute,
    direction,
    count: covered.length,
    firstSecond: Math.floor(first.timestamp / 1000),
    lastSecond: Math.floor(last.timestamp / 1000),
    acceptedAt: START + offsetMs,
  };
}

describe('joinMails', () => {
  it('gives each reading the mail that covers it', () => {
    const breaches = [breach(0), breach(100), breach(1_500)];
    const { answered, unanswered } = joinMails(breaches, [
      notice(400, breaches.slice(0, 2)),
      notice(1_700, breaches.slice(2)),
    ]);
    expect(answered.map(({ latencyMs }) => latencyMs)).to.deep.equal([400, 300, 200]);
    expect(unanswered).to.deep.equal([]);
  });

  it('keeps patients, attributes and directions apart', () => {
    const breaches = [
      breach(0),
      breach(1, { direction: 'low' }),
      breach(2, { attribute: 'heartBeat' }),
      breach(3, { customerId: 2 }),
    ];
    const notices = breaches.map((one, index) => notice(1_000 + index, [one])).reverse();
    const { answered } = joinMails(breaches, notices);
    expect(answered.map(({ latencyMs }) => latencyMs)).to.deep.equal([1_000, 1_000, 1_000, 1_000]);
  });

  it('tells which readings no mail was about', () => {
    const breaches = [breach(0), breach(5_000)];
    expect(joinMails(breaches, [notice(300, breaches.slice(0, 1))]).unanswered).to.deep.equal([breaches[1]]);
  });

  it('does not take a mail that came twice for one about other readings', () => {
    const breaches = [breach(0), breach(5_000)];
    const once = notice(300, breaches.slice(0, 1));
    expect(() => joinMails(breaches, [once, once])).to.throw('other times');
  });

  it('does not pass over a mail that was lost', () => {
    const breaches = [breach(0), breach(5_000)];
    expect(() => joinMails(breaches, [notice(5_300, breaches.slice(1))])).to.throw('other times');
  });

  it('refuses a mail that tells of more than was sent', () => {
    const sent = [breach(0)];
    expect(() => joinMails(sent, [{ ...notice(300, sent), count: 2 }])).to.throw('when 1 were unanswered');
    expect(() => joinMails([], [notice(300, sent)])).to.throw('when 0 were unanswered');
  });
});

describe('readNotice', () => {
  const read = (count: number, time: string) =>
    readNotice({
      raw: [
        'Content-Type: text/plain; charset=utf-8',
        '',
        'Blood pressure too low, 140 mmHg',
        '',
        'Ward:                   Ward B',
        'Patient:                3',
        'Lowest value:           140 mmHg',
        'Normal range:           151–180 mmHg',
        `Readings out of range:  ${count}`,
        `Time (UTC):             ${time}`,
      ].join('\r\n'),
      acceptedAt: 1,
    });

  it('reads what the mail of one reading covers', async () => {
    const second = Date.parse('2026-01-05T08:00:01Z') / 1000;
    expect(await read(1, '2026-01-05 08:00:01')).to.deep.equal({
      customerId: 3,
      attribute: 'bp',
      direction: 'low',
      count: 1,
      firstSecond: second,
      lastSecond: second,
      acceptedAt: 1,
    });
  });

  it('reads first and last time, also over midnight', async () => {
    const sameDay = await read(2, '2026-01-05 08:00:01 – 08:00:07');
    expect(sameDay.count).to.equal(2);
    expect(sameDay.lastSecond - sameDay.firstSecond).to.equal(6);
    const nextDay = await read(2, '2026-01-05 23:59:59 – 2026-01-06 00:00:02');
    expect(nextDay.lastSecond - nextDay.firstSecond).to.equal(3);
  });

  it('refuses a mail that is no alert', async () => {
    const outcome = await readNotice({ raw: 'Subject: hello\r\n\r\nhello', acceptedAt: 1 }).catch(String);
    expect(outcome).to.contain('tells no alert');
  });
});
