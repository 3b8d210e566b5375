import { expect } from 'chai';
import fc from 'fast-check';
import type { Limit, Patient } from '../../../database/index.ts';
import { type AlertState, applyBatch, type BatchFacts, type Judgement } from '../../../jobs/alerts/batch-outcome.ts';
import { DirectoryIndex } from '../../../jobs/alerts/directory-index.ts';
import type { Episode, Measurement } from '../../../jobs/alerts/episodes.ts';
import { classify } from '../../../jobs/alerts/limits.ts';
import type { Silence } from '../../../jobs/alerts/silencing.ts';
import { alertSettings, OperatorError } from '../../../settings/index.ts';

const NOTHING: AlertState = { episodes: [], progress: new Map(), silences: [] };

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
  readonly withheld: string[] = [];
  readonly unacknowledged: string[] = [];
  readonly progress = new Map<number, { nextOffset: bigint; newestAtMs: number }>();
  silences: readonly Silence[] = [];

  get state(): AlertState {
    const active = [...this.episodes.values()].filter(({ phase }) => phase !== 'ended');
    return { episodes: active, progress: new Map(this.progress), silences: this.silences };
  }

  handle(batch: readonly Measurement[], by: Judgement, crashBeforeCommit: boolean): void {
    const outcome = applyBatch(this.state, factsOf(batch, this.state, by), by);
    if (crashBeforeCommit) return;
    for (const id of outcome.dropped) this.episodes.delete(id);
    for (const episode of outcome.changed) this.episodes.set(episode.id, episode);
    for (const { key, silenceId } of outcome.notifications) {
      (silenceId === undefined ? this.told : this.withheld).push(key);
    }
    for (const { episode } of outcome.unacknowledged) this.unacknowledged.push(episode.id);
    for (const [partition, applied] of outcome.progress) this.progress.set(partition, applied);
  }

  /** What people do, between two batches. */
  act(act: Act): void {
    if (act.kind === 'silence') this.silences = [...this.silences, act.silence];
    else if (act.kind === 'unsilence') this.silences = this.silences.slice(1);
    else {
      for (const episode of this.episodes.values()) {
        if (episode.phase !== 'open' || episode.customerId !== act.customerId) continue;
        this.episodes.set(episode.id, { ...episode, acknowledgedAtMs: episode.acknowledgedAtMs ?? 1 });
      }
    }
  }

  result() {
    const episodes = [...this.episodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      episodes,
      told: [...this.told].sort(),
      withheld: [...this.withheld].sort(),
      unacknowledged: [...this.unacknowledged].sort(),
      active: this.state.episodes.length,
    };
  }
}

type Act =
  | { readonly kind: 'acknowledge'; readonly customerId: number }
  | { readonly kind: 'silence'; readonly silence: Silence }
  | { readonly kind: 'unsilence' };

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('acknowledge' as const), customerId: fc.constantFrom(1, 2, 3) }),
  fc.record({
    kind: fc.constant('silence' as const),
    silence: fc.record({
      id: fc.uuid(),
      customerId: fc.constantFrom(1, 2, 3),
      attribute: fc.constantFrom(undefined, 'heartBeat' as const, 'bp' as const),
      includesCritical: fc.boolean(),
      untilMs: fc.integer({ min: 1_000_000, max: 1_060_000 }),
    }),
  }),
  fc.record({ kind: fc.constant('unsilence' as const) }),
);

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

  it('makes the same of any split, with what people acknowledge and silence between the same readings', () => {
    const acts = fc.array(fc.record({ at: fc.integer({ min: 0, max: 50 }), act: anyAct }), {
      minLength: 12,
      maxLength: 25,
    });
    const steps = fc.array(
      fc.record({ take: fc.integer({ min: 1, max: 9 }), back: fc.integer({ min: 0, max: 12 }), crash: fc.boolean() }),
      { minLength: 1, maxLength: 40 },
    );
    const rarelyCritical = [
      ...LIMITS.slice(0, 1),
      limit({ lower: 45, upper: 115, severity: 'critical' }),
      ...LIMITS.slice(2),
    ];
    const seen = { withheld: 0, unacknowledged: 0, acknowledged: 0 };
    const readings = fc.array(anyReading, { minLength: 20, maxLength: 60 });
    const property = fc.property(readings, acts, steps, (given, planned, plan) => {
      const measurements = measurementsOf(given);
      const by = judgement(rarelyCritical);
      const actsAt = (position: number) => planned.filter(({ at }) => at === position).map(({ act }) => act);
      const oneByOne = new Database();
      measurements.forEach((reading, position) => {
        for (const act of actsAt(position)) oneByOne.act(act);
        oneByOne.handle(reading, by, false);
      });
      const cut = new Database();
      let position = 0;
      const advanceTo = (end: number, back: number, crash: boolean) => {
        cut.handle(measurements.slice(Math.max(0, position - back), end).flat(), by, crash);
        if (crash) return;
        position = end;
        for (const act of position < measurements.length ? actsAt(position) : []) cut.act(act);
      };
      const nextAct = () => Math.min(measurements.length, ...planned.map(({ at }) => at).filter((at) => at > position));
      for (const act of actsAt(0)) cut.act(act);
      for (const { take, back, crash } of plan) {
        if (position < measurements.length) advanceTo(Math.min(position + take, nextAct()), back, crash);
      }
      while (position < measurements.length) advanceTo(nextAct(), 3, false);
      cut.handle(measurements.flat(), by, false);
      expect(cut.result()).to.deep.equal(oneByOne.result());
      const { told, withheld, unacknowledged, episodes } = cut.result();
      expect(new Set([...told, ...withheld]).size).to.equal(told.length + withheld.length);
      seen.withheld += withheld.length;
      seen.unacknowledged += unacknowledged.length;
      seen.acknowledged += episodes.filter(({ acknowledgedAtMs }) => acknowledgedAtMs !== undefined).length;
    });
    fc.assert(property, { numRuns: 300, seed: 11, endOnFailure: false });
    expect(Math.min(seen.withheld, seen.unacknowledged, seen.acknowledged)).to.be.greaterThan(15);
  });

  it('leaves episodes, and what is due to be told, as they would be without a silence: it only withholds', () => {
    const silence: Silence = {
      id: '1',
      customerId: 1,
      attribute: undefined,
      includesCritical: true,
      untilMs: 2_000_000,
    };
    const property = fc.property(fc.array(anyReading, { minLength: 1, maxLength: 40 }), (given) => {
      const measurements = measurementsOf(given).flat();
      const [free, silenced] = [new Database(), new Database()];
      silenced.act({ kind: 'silence', silence });
      for (const database of [free, silenced]) database.handle(measurements, judgement(), false);
      expect(silenced.result().episodes).to.deep.equal(free.result().episodes);
      expect([...silenced.told, ...silenced.withheld].sort()).to.deep.equal([...free.told].sort());
    });
    fc.assert(property, { numRuns: 100, seed: 5 });
  });

  it('withholds warnings only, unless the silence is of critical episodes too, and only until its end', () => {
    const by = judgement();
    const beats = [105, 120, 80, 80, 80];
    const readings = measurementsOf(beats.map((heartBeat) => ({ customerId: 1, heartBeat, bp: 120, laterMs: 1_000 })));
    const withheld = (silence: Partial<Silence>) => {
      const all: Silence = {
        id: '1',
        customerId: 1,
        attribute: undefined,
        includesCritical: false,
        untilMs: 2_000_000,
      };
      const state = { ...NOTHING, silences: [{ ...all, ...silence }] };
      const { notifications } = applyBatch(state, factsOf(readings.flat(), state, by), by);
      return notifications.filter(({ silenceId }) => silenceId === '1').map(({ kind }) => kind);
    };
    expect(withheld({})).to.deep.equal(['opened']);
    expect(withheld({ includesCritical: true })).to.deep.equal(['opened', 'escalated', 'recovered']);
    expect(withheld({ includesCritical: true, untilMs: 1_005_000 })).to.deep.equal(['opened', 'escalated']);
    expect(withheld({ attribute: 'bp', includesCritical: true })).to.deep.equal([]);
    expect(withheld({ customerId: 2, includesCritical: true })).to.deep.equal([]);
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

  it('judges 200,000 readings after an outage in their order, whole or cut: an episode begins once and ends once', () => {
    const [patients, each] = [1_000, 200];
    const index = new DirectoryIndex({
      limits: [limit({})],
      patients: Array.from({ length: patients }, (_, customerId) => ({ ...PATIENTS[0], customerId })) as Patient[],
    });
    const by: Judgement = { ...judgement(), limitsOf: index.limitsOf.bind(index) };
    // Patients in turn; every hundredth of them is out of limits for fifty readings. All came within the same second.
    const readings: Measurement[] = Array.from({ length: patients * each }, (_, place) => {
      const [customerId, turn] = [place % patients, Math.floor(place / patients)];
      const isOut = customerId % 100 === 0 && turn >= 100 && turn < 150;
      const offset = BigInt(place);
      return { customerId, attribute: 'heartBeat', value: isOut ? 150 : 80, atMs: 5_000, partition: 0, offset };
    });
    const [whole, cut] = [new Database(), new Database()];
    whole.handle(readings.toReversed(), by, false);
    for (let from = 0; from < readings.length; from += 20_000)
      cut.handle(readings.slice(from, from + 20_000), by, false);
    expect(cut.result()).to.deep.equal(whole.result());
    const { episodes, told } = whole.result();
    expect(episodes.map(({ phase, breaches }) => `${phase} ${breaches}`)).to.deep.equal(Array(10).fill('ended 50'));
    expect(told.map((key) => key.split('.')[1]).sort()).to.deep.equal([
      ...Array<string>(10).fill('opened'),
      ...Array<string>(10).fill('recovered'),
    ]);
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
    const state = { episodes: first.changed, progress: first.progress, silences: [] };
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

  it('ends an episode in the middle of its limits, where ALERT_HYSTERESIS is wider than they are', () => {
    const by = { ...judgement([limit({ lower: 60, upper: 81 })]), settings: alertSettings({ ALERT_HYSTERESIS: '30' }) };
    const kinds = (beats: number[]) => {
      const readings = measurementsOf(
        beats.map((heartBeat) => ({ customerId: 1, heartBeat, bp: 120, laterMs: 1_000 })),
      );
      const { notifications } = applyBatch(NOTHING, factsOf(readings.flat(), NOTHING, by), by);
      return notifications.map(({ kind }) => kind);
    };
    expect(kinds([50, 70, 70, 70])).to.deep.equal(['opened', 'recovered']);
    expect(kinds([90, 71, 71, 71])).to.deep.equal(['opened', 'recovered']);
    expect(kinds([50, 69, 69, 69])).to.deep.equal(['opened']);
  });

  it('refuses new readings at offsets that count as applied: the topic was made anew', () => {
    const by = judgement();
    const state = { episodes: [], progress: new Map([[1, { nextOffset: 100n, newestAtMs: 5_000 }]]), silences: [] };
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
