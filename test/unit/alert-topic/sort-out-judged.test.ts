import { expect } from 'chai';
import fc from 'fast-check';
import type { Limit } from '../../../database/index.ts';
import { decodeJudged, type JudgedReading } from '../../../jobs/alert-topic/judged-reading.ts';
import { sortOutJudged } from '../../../jobs/alert-topic/sort-out-judged.ts';
import { type AlertState, applyBatch, type Judgement } from '../../../jobs/alerts/batch-outcome.ts';
import { DirectoryIndex } from '../../../jobs/alerts/directory-index.ts';
import type { Episode } from '../../../jobs/alerts/episodes.ts';
import { judge } from '../../../jobs/alerts/limits.ts';
import { alertSettings } from '../../../settings/index.ts';

const everyone = { customerId: null, lowAge: 0, highAge: 150, message: 'out', source: 'local' } as const;
const beats = (lower: number, upper: number): Limit => {
  return { ...everyone, attribute: 'heartBeat', lower, upper, severity: 'warning' };
};
const PRESSURE: Limit = { ...everyone, attribute: 'bp', lower: 100, upper: 140, severity: 'critical' };
const IN_FORCE = [beats(60, 100), PRESSURE];
const OUTDATED = [beats(20, 200), PRESSURE];
const PATIENTS = [1, 2, 3].map((customerId) => ({ customerId, age: 50, ward: 'W', doctorEmail: 'd@example.org' }));

type Vitals = readonly [customerId: number, heartBeat: number, bp: number];

/** As Spark writes them, judged by some limits. */
function judged(vitals: readonly Vitals[], limits: readonly Limit[], name: string): JudgedReading[] {
  return vitals.map(([customerId, heartBeat, bp], index) => {
    const { breaches } = judge({ customerId, heartBeat, bp }, limits, () => 50);
    const out = breaches.map(({ attribute }) => attribute);
    const place = { topic: 't', partition: customerId % 2, offset: BigInt(index * 2), atMs: index * 1_000 };
    return { ...place, customerId, heartBeat, bp, out, limits: name };
  });
}

/** All that is told, and all that is open in the end, when batches are applied one after the other. */
function told(batches: readonly (readonly JudgedReading[])[]) {
  const index = new DirectoryIndex({ limits: IN_FORCE, patients: PATIENTS });
  const by: Judgement = { topic: 't', settings: alertSettings({}), limitsOf: index.limitsOf.bind(index) };
  const active = new Map<string, Episode>();
  const progress = new Map<number, { nextOffset: bigint; newestAtMs: number }>();
  const keys: string[] = [];
  for (const batch of batches) {
    const state: AlertState = { episodes: [...active.values()], progress: new Map(progress), silences: [] };
    const outcome = applyBatch(state, sortOutJudged(batch, 'in force', state.episodes).facts, by);
    for (const id of outcome.dropped) active.delete(id);
    for (const episode of outcome.changed) {
      if (episode.phase === 'ended') active.delete(episode.id);
      else active.set(episode.id, episode);
    }
    keys.push(...outcome.notifications.map(({ key }) => key));
    for (const [partition, applied] of outcome.progress) progress.set(partition, applied);
  }
  return { keys: keys.sort(), open: [...active.values()].sort((a, b) => a.id.localeCompare(b.id)) };
}

const VITALS = fc.array(
  fc.tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(50, 70, 80, 120), fc.constantFrom(120, 130, 150)),
  { minLength: 1, maxLength: 40 },
);

describe("readings from the alerts' topic", () => {
  it('tell the same however they are cut, and when Spark writes some of them again', () => {
    const repeats = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 4 });
    fc.assert(
      fc.property(VITALS, repeats, fc.array(fc.nat(80), { maxLength: 6 }), (vitals, again, cuts) => {
        const readings = judged(vitals, IN_FORCE, 'in force');
        // A batch that Spark repeats begins with what was there before, and goes on to where it has come.
        const written = [...readings];
        for (const [from, to] of again) {
          const place = written.indexOf(readings[Math.min(to, readings.length - 1)] as JudgedReading) + 1;
          written.splice(place, 0, ...readings.slice(Math.min(from, to), Math.min(from, to) + (place > from ? 1 : 0)));
        }
        const ends = [...new Set([...cuts.filter((cut) => cut < written.length), written.length])].sort(
          (a, b) => a - b,
        );
        const batches = ends.map((end, index) => written.slice(ends[index - 1] ?? 0, end));
        expect(told(batches)).to.deep.equal(told([readings]));
      }),
    );
  });

  it('are judged anew where Spark has judged them by other limits', () => {
    fc.assert(
      fc.property(VITALS, (vitals) => {
        const outdated = judged(vitals, OUTDATED, 'outdated').map((one) => [one]);
        expect(told(outdated)).to.deep.equal(told([judged(vitals, IN_FORCE, 'in force')]));
      }),
    );
  });

  it('leave out those of patients with whom all is well, but not who and how far', () => {
    const readings = judged(
      [
        [1, 70, 120],
        [2, 120, 120],
        [1, 71, 121],
        [2, 72, 120],
      ],
      IN_FORCE,
      'in force',
    );
    const { facts, patients } = sortOutJudged([...readings, ...readings], 'in force', []);
    expect(new Set(facts.measurements.map(({ customerId }) => customerId))).to.deep.equal(new Set([2]));
    expect(facts.measurements).to.have.length(4);
    expect([...facts.ends]).to.deep.equal([
      [1, { nextOffset: 5n, newestAtMs: 2_000 }],
      [0, { nextOffset: 7n, newestAtMs: 3_000 }],
    ]);
    expect(patients).to.deep.equal([
      { customerId: 1, readings: 2, newestAtMs: 2_000 },
      { customerId: 2, readings: 2, newestAtMs: 3_000 },
    ]);
  });
});

describe("a message of the alerts' topic", () => {
  const value = (overrides: object = {}) =>
    Buffer.from(
      JSON.stringify({
        ...{
          topic: 't',
          partition: 1,
          offset: 17,
          at: 5,
          customerId: 3,
          heartBeat: 69,
          bp: 240,
          out: ['bp'],
          limits: 'x',
        },
        ...overrides,
      }),
    );

  it('is a reading with its place', () => {
    expect(decodeJudged(value())).to.deep.equal({
      ...{ topic: 't', partition: 1, offset: 17n, atMs: 5, customerId: 3, heartBeat: 69, bp: 240 },
      ...{ out: ['bp'], limits: 'x' },
    });
  });

  it('is nothing where something is missing or of another kind', () => {
    for (const wrong of [null, Buffer.from(''), Buffer.from('nonsense'), Buffer.from('[]'), value({ out: ['pulse'] })])
      expect(decodeJudged(wrong)).to.equal(undefined);
    for (const name of ['topic', 'partition', 'offset', 'at', 'customerId', 'heartBeat', 'bp', 'out', 'limits'])
      expect(decodeJudged(value({ [name]: undefined })), name).to.equal(undefined);
    expect(decodeJudged(value({ offset: 2 ** 60 }))).to.equal(undefined);
  });
});
