import { expect } from 'chai';
import fc from 'fast-check';
import type { Limit } from '../../../database/index.ts';
import { type AlertState, applyBatch, type BatchFacts, type Judgement } from '../../../jobs/alerts/batch-outcome.ts';
import { DirectoryIndex } from '../../../jobs/alerts/directory-index.ts';
import type { Episode, Measurement } from '../../../jobs/alerts/episodes.ts';
import { classify } from '../../../jobs/alerts/limits.ts';
import { alertSettings, OperatorError } from '../../../settings/index.ts';

const NOTHING: AlertState = { episodes: [], progress: new Map() };

const limit = (overrides: Partial<Limit>): Limit => ({
  attribute: 'heartBeat',
  customerId: null,
  lowAge: 0,
  highAge: 150,
  lower: 60,
  upper: 100,
  severity: 'warning',
  message: 'out',
  source: 'local',
  ...overrides,
});

const LIMITS = [
  limit({}),
  limit({ lower: 50, upper: 110, severity: 'critical' }),
  limit({ customerId: 2, lower: 70, upper: 90, rules: { openAfter: 2, recoverAfter: 1, hysteresis: 3 } }),
  limit({ attribute: 'bp', lower: 100, upper: 140, rules: { holdTimeMs: 2_000, repeatIntervalMs: 4_000 } }),
];
const PATIENTS = [1, 2, 3].map((customerId) => ({ customerId, age: 50, ward: 'W', doctorEmail: 'd@example.org' }));

function judgement(limits = LIMITS): Judgement {
  const index = new DirectoryIndex({ limits, patients: PATIENTS });
  return { topic: 't', settings: alertSettings({}), limitsOf: index.limitsOf.bind(index) };
}

/** What Spark would hand over of some measurements, given what is watched. */
function factsOf(batch: readonly Measurement[], state: AlertState, { limitsOf }: Judgement): BatchFacts {
  const wanted = new Set(state.episodes.map(({ customerId }) => customerId));
  for (const one of batch) {
    if (classify(one, one.attribute, one.value, limitsOf(one.customerId, one.attribute))) wanted.add(one.customerId);
  }
  const ends = new Map<number, { nextOffset: bigint; newestAtMs: number }>();
  for (const { partition, offset, atMs } of batch) {
    const end = ends.get(partition);
    ends.set(partition, {
      nextOffset: end && end.nextOffset > offset ? end.nextOffset : offset + 1n,
      newestAtMs: Math.max(end?.newestAtMs ?? atMs, atMs),
    });
  }
  return { measurements: batch.filter(({ customerId }) => wanted.has(customerId)), ends };
}

/** A database in memory: a batch's outcome is written whole or not at all. */
class Database {
  readonly episodes = new Map<string, Episode>();
  readonly told: string[] = [];
  readonly progress = new Map<number, { nextOffset: bigint; newestAtMs: number }>();

  get state(): AlertState {
    const active = [...this.episodes.values()].filter(({ phase }) => phase !== 'ended');
    return { episodes: active, progress: new Map(this.progress) };
  }

  handle(batch: readonly Measurement[], by: Judgement, crashBeforeCommit: boolean): void {
    const outcome = applyBatch(this.state, factsOf(batch, this.state, by), by);
    if (crashBeforeCommit) return;
    for (const id of outcome.dropped) this.episodes.delete(id);
    for (const episode of outcome.changed) this.episodes.set(episode.id, episode);
    for (const { key } of outcome.notifications) this.told.push(key);
    for (const [partition, applied] of outcome.progress) this.progress.set(partition, applied);
  }

  result() {
    const episodes = [...this.episodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return { episodes, told: [...this.told].sort(), active: this.state.episodes.length };
  }
}

const anyReading = fc.record({
  customerId: fc.constantFrom(1, 2, 3, 9),
  heartBeat: fc.oneof(fc.integer({ min: 40, max: 120 }), fc.constantFrom(60, 75, 100)),
  bp: fc.integer({ min: 90, max: 150 }),
  // A clock may also go back.
  laterMs: fc.integer({ min: -500, max: 2_500 }),
});

/** Readings in their partitions, as one after the other measurements; patients stay in one partition. */
function measurementsOf(readings: readonly { customerId: number; heartBeat: number; bp: number; laterMs: number }[]) {
  const next = new Map<number, bigint>();
  let atMs = 1_000_000;
  return readings.map(({ customerId, heartBeat, bp, laterMs }) => {
    const partition = customerId % 2;
    const offset = next.get(partition) ?? 0n;
    // Offsets of transactions' markers are missing.
    next.set(partition, offset + (offset % 7n === 0n ? 2n : 1n));
    atMs += laterMs;
    const place = { customerId, atMs, partition, offset };
    return [
      { ...place, attribute: 'heartBeat', value: heartBeat },
      { ...place, attribute: 'bp', value: bp },
    ] as const;
  });
}

describe('applyBatch', () => {
  it('makes the same episodes and the same notifications of any split into batches, with any replays and crashes', () => {
    const steps = fc.array(
      fc.record({ take: fc.integer({ min: 1, max: 9 }), back: fc.integer({ min: 0, max: 12 }), crash: fc.boolean() }),
      { minLength: 1, maxLength: 60 },
    );
    let told = 0;
    const property = fc.property(fc.array(anyReading, { minLength: 20, maxLength: 60 }), steps, (readings, plan) => {
      const measurements = measurementsOf(readings);
      const by = judgement();
      const oneByOne = new Database();
      for (const reading of measurements) oneByOne.handle(reading, by, false);
      const atOnce = new Database();
      atOnce.handle(measurements.flat(), by, false);
      const cut = new Database();
      let position = 0;
      for (const { take, back, crash } of plan) {
        const from = Math.max(0, position - back);
        cut.handle(measurements.slice(from, position + take).flat(), by, crash);
        if (!crash) position = Math.min(measurements.length, position + take);
      }
      cut.handle(measurements.flat(), by, true);
      cut.handle(measurements.slice(Math.max(0, position - 3)).flat(), by, false);
      cut.handle(measurements.flat(), by, false);
      expect(atOnce.result()).to.deep.equal(oneByOne.result());
      expect(cut.result()).to.deep.equal(oneByOne.result());
      expect(new Set(cut.told).size).to.equal(cut.told.length);
      told += cut.told.length;
    });
    fc.assert(property, { numRuns: 400, seed: 7, endOnFailure: false });
    expect(told).to.be.greaterThan(1_000);
  });

  it('does not depend on the order in which Spark hands rows over', () => {
    const property = fc.property(
      fc.array(anyReading, { minLength: 1, maxLength: 30 }).chain((readings) => {
        const all = measurementsOf(readings).flat();
        return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
      }),
      ([all, shuffled]) => {
        const [one, other] = [new Database(), new Database()];
        one.handle(all, judgement(), false);
        other.handle(shuffled, judgement(), false);
        expect(other.result()).to.deep.equal(one.result());
      },
    );
    fc.assert(property, { numRuns: 100, seed: 3 });
  });

  it('moves on to the end of a batch in which nothing is out of limits', () => {
    const by = judgement();
    const readings = measurementsOf([{ customerId: 1, heartBeat: 80, bp: 120, laterMs: 0 }]);
    const { progress, changed } = applyBatch(NOTHING, factsOf(readings.flat(), NOTHING, by), by);
    expect(changed).to.deep.equal([]);
    expect(progress.get(1)).to.deep.equal({ nextOffset: 1n, newestAtMs: 1_000_000 });
  });

  it('counts what is out of limits once, and only of patients whom the limits are for', () => {
    const by = judgement();
    const readings = measurementsOf([
      { customerId: 1, heartBeat: 120, bp: 150, laterMs: 0 },
      { customerId: 9, heartBeat: 120, bp: 150, laterMs: 0 },
    ]).flat();
    const first = applyBatch(NOTHING, factsOf(readings, NOTHING, by), by);
    expect(first.outOfLimits).to.equal(2);
    const state = { episodes: first.changed, progress: first.progress };
    const again = applyBatch(state, factsOf(readings, state, by), by);
    expect(again).to.deep.include({ outOfLimits: 0, changed: [], notifications: [] });
  });

  it('opens a new episode of the same kind after the old one, in one batch', () => {
    const by = judgement();
    const beats = [120, 80, 80, 80, 120];
    const readings = measurementsOf(beats.map((heartBeat) => ({ customerId: 1, heartBeat, bp: 120, laterMs: 1_000 })));
    const { changed, notifications } = applyBatch(NOTHING, factsOf(readings.flat(), NOTHING, by), by);
    expect(changed.map(({ phase }) => phase)).to.deep.equal(['ended', 'open']);
    expect(notifications.map(({ kind }) => kind)).to.deep.equal(['opened', 'recovered', 'opened']);
    expect(new Set(notifications.map(({ key }) => key)).size).to.equal(3);
  });

  it('opens at once for a critical row and waits for a warning row, where they say so', () => {
    const by = judgement([
      limit({ rules: { openAfter: 3 } }),
      limit({ lower: 40, upper: 130, severity: 'critical', rules: { openAfter: 1 } }),
    ]);
    const tell = (beats: number[]) => {
      const readings = measurementsOf(
        beats.map((heartBeat) => ({ customerId: 1, heartBeat, bp: 120, laterMs: 1_000 })),
      );
      return applyBatch(NOTHING, factsOf(readings.flat(), NOTHING, by), by).notifications.length;
    };
    expect([tell([120, 120]), tell([120, 120, 120]), tell([140])]).to.deep.equal([0, 1, 1]);
  });

  it('refuses new readings at offsets that count as applied: the topic was made anew', () => {
    const by = judgement();
    const state = { episodes: [], progress: new Map([[1, { nextOffset: 100n, newestAtMs: 5_000 }]]) };
    const reading: Measurement = {
      customerId: 1,
      attribute: 'heartBeat',
      value: 80,
      atMs: 5_001,
      partition: 1,
      offset: 7n,
    };
    expect(() => applyBatch(state, factsOf([reading], state, by), by))
      .to.throw(OperatorError)
      .that.includes({ code: 'PROGRESS_DOES_NOT_FIT' });
    expect(applyBatch(state, factsOf([{ ...reading, atMs: 5_000 }], state, by), by).progress.size).to.equal(0);
  });
});
