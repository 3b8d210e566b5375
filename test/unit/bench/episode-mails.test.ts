import { expect } from 'chai';
import type { Limit } from '../../../database/index.ts';
import { alertMail } from '../../../jobs/alerts/mail-template.ts';
import { expectedTellings, joinTellings, readTellings } from '../../../scripts/bench/latency/episode-mails.ts';
import { episodeItem } from '../../helpers/episodes.ts';

const band = { customerId: null, lowAge: 0, highAge: 150, severity: 'warning', message: '', source: 'local' } as const;
const LIMITS: readonly Limit[] = [
  { ...band, attribute: 'heartBeat', lower: 60, upper: 100 },
  { ...band, attribute: 'bp', lower: 100, upper: 140 },
];
const PATIENTS = [{ customerId: 3, age: 50, ward: 'W', doctorEmail: 'd@example.org' }];

const sent = (...beats: readonly number[]) =>
  beats.map((heartBeat, index) => ({ reading: { customerId: 3, heartBeat, bp: 120 }, timestamp: index * 100 }));

const short = ({ what, direction, timestamp }: { what: string; direction: string; timestamp: number }) =>
  `${what} ${direction} ${timestamp}`;

describe('expectedTellings', () => {
  it('finds begin and end of each episode', () => {
    const tellings = expectedTellings(sent(80, 110, 80, 80, 120, 50, 80, 80, 80), LIMITS, PATIENTS);
    expect(tellings.map(short)).to.deep.equal(['begin high 100', 'begin low 500', 'end high 700', 'end low 800']);
  });
});

describe('joinTellings', () => {
  const read = (...items: Parameters<typeof alertMail>[0]) =>
    readTellings({
      raw: `Content-Type: text/plain; charset=utf-8\r\n\r\n${alertMail(items).text}`,
      acceptedAt: 1_000,
    });
  const beat = { attribute: 'heartBeat' } as const;

  it('gives begin and end the mails that tell of them, also one mail of both', async () => {
    const expected = expectedTellings(sent(110, 80, 80, 80, 110), LIMITS, PATIENTS);
    const told = await read(episodeItem('opened', beat), episodeItem('recovered', beat));
    const { answered, unanswered } = joinTellings(expected, told);
    expect(answered.map(({ latencyMs }) => latencyMs)).to.deep.equal([1_000, 700]);
    expect(unanswered.map(short)).to.deep.equal(['begin high 400']);
  });

  it('refuses a mail that tells what was not due', async () => {
    const expected = expectedTellings(sent(110), LIMITS, PATIENTS);
    const told = await read(episodeItem('recovered', beat));
    expect(() => joinTellings(expected, told)).to.throw('was not due');
    const again = await read(episodeItem('opened', beat));
    expect(() => joinTellings(expected, [...again, ...again])).to.throw('was not due');
  });
});
