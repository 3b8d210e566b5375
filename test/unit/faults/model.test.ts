import { expect } from 'chai';
import { demoLimits } from '../../../database/index.ts';
import { advance, type Episode, type Transition } from '../../../jobs/alerts/episodes.ts';
import { ATTRIBUTES, type Attribute, type Direction } from '../../../jobs/alerts/limits.ts';
import { expectedEpisodes, type ModelReading, RULES } from '../../faults/suite/model.ts';
import { vitals, wardOf } from '../../faults/suite/readings.ts';

/** Heart beats of one patient, a second apart. */
function beats(...values: readonly number[]): readonly ModelReading[] {
  return values.map((heartBeat, index) => ({ customerId: 1, heartBeat, bp: 150, atMs: index * 1_000 }));
}

describe('the model of episodes', () => {
  it('opens after two in a row, escalates once, ends after three', () => {
    const [episode, ...others] = expectedEpisodes(beats(95, 96, 97, 140, 150, 80, 99, 80, 80, 80, 95, 80));
    expect(others).to.deep.equal([]);
    expect(episode).to.deep.equal({
      ...{ customerId: 1, attribute: 'heartBeat', direction: 'high', severity: 'critical', worst: 150, breaches: 6 },
      ...{ ended: true, told: ['opened', 'escalated', 'recovered'] },
    });
  });

  it('takes a single one, and one to each side, for nothing', () => {
    expect(expectedEpisodes(beats(95, 80, 95, 80, 45, 95, 45, 80))).to.deep.equal([]);
  });

  it('reminds of what lasts, by the times of Kafka, and of nothing that is on its way back', () => {
    const every = RULES.repeatIntervalMs / 1_000;
    const values = Array.from({ length: 2 * every + 2 }, () => 45);
    expect(expectedEpisodes(beats(...values))[0]?.told).to.deep.equal(['opened', 'reminded', 'reminded']);
    const back = [45, 45, ...Array.from({ length: every }, (_, index) => (index % 3 === 2 ? 45 : 60))];
    expect(expectedEpisodes(beats(...back))[0]?.told).to.deep.equal(['opened']);
  });

  it('says what the driver says, over generated readings', () => {
    const rows = vitals(wardOf(1), 99);
    const readings = Array.from({ length: 6_000 }, () => rows.next().value).flatMap((row, index): ModelReading[] => {
      const { customerId, heartBeat, bp } = row;
      if (heartBeat === null || bp === null || bp === 0 || bp === 401) return [];
      return [{ customerId, heartBeat, bp, atMs: index * 150 }];
    });
    const told = byDriver(readings);
    const expected = expectedEpisodes(readings);
    expect(expected.length).to.be.greaterThan(50);
    const texts = expected.map(({ customerId, attribute, direction, severity, worst, breaches, told: kinds }) =>
      [customerId, attribute, direction, severity, worst, breaches, ...[...kinds].sort()].join(' '),
    );
    expect(texts.sort()).to.deep.equal(told);
  });
});

/** The same through the driver's own code, reading by reading. */
function byDriver(readings: readonly ModelReading[]): readonly string[] {
  const limits = demoLimits('news2');
  const rules = { ...RULES, holdTimeMs: 0, silentAfterMs: 0 };
  const active = new Map<string, Episode>();
  const episodes = new Map<string, { episode: Episode; transitions: Transition[] }>();
  for (const [index, reading] of readings.entries()) {
    for (const attribute of ATTRIBUTES) {
      const bands = limits
        .filter((limit) => limit.attribute === attribute)
        .map((limit) => ({ ...limit, hysteresis: 0 }));
      for (const direction of ['low', 'high'] as const) {
        const key = `${reading.customerId} ${attribute} ${direction}`;
        const place = { partition: 0, offset: BigInt(index) };
        const measurement = { ...reading, ...place, attribute, value: reading[attribute] };
        const idOf = (_: unknown, to: Direction) => `${index} ${attribute as Attribute} ${to}`;
        const { episode, transitions } = advance(active.get(key), direction, measurement, bands, () => rules, idOf);
        if (episode === undefined || episode.phase === 'ended') active.delete(key);
        else active.set(key, episode);
        if (episode === undefined || episode.phase === 'pending') continue;
        const before = episodes.get(episode.id)?.transitions ?? [];
        episodes.set(episode.id, { episode, transitions: [...before, ...transitions] });
      }
    }
  }
  return Array.from(episodes.values(), ({ episode, transitions }) => {
    const { customerId, attribute, direction, severity, worst, breaches } = episode;
    const kinds = transitions.map(({ kind }) => kind).sort();
    return [customerId, attribute, direction, severity, worst.value, breaches, ...kinds].join(' ');
  }).sort();
}
