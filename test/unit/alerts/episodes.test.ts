import { expect } from 'chai';
import type { EpisodeRules } from '../../../jobs/alerts/episode-rules.ts';
import { advance, type Episode, type Measurement, type RuledBand } from '../../../jobs/alerts/episodes.ts';

const RULES: EpisodeRules = {
  openAfter: 1,
  recoverAfter: 3,
  repeatIntervalMs: 30 * 60_000,
  holdTimeMs: 0,
  silentAfterMs: 5 * 60_000,
};
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const warning: RuledBand = { lower: 60, upper: 100, severity: 'warning', message: 'w', source: 'local', hysteresis: 0 };
const critical: RuledBand = { ...warning, lower: 40, upper: 130, severity: 'critical', message: 'c' };

/** Takes values through the machine, one a second unless told otherwise; gives what was told, and the last state. */
function run(
  values: readonly (number | readonly [atMs: number, value: number])[],
  {
    rules = {},
    bands = [warning],
    direction = 'high',
    acknowledgedAt,
  }: {
    rules?: Partial<EpisodeRules>;
    bands?: RuledBand[];
    direction?: 'low' | 'high';
    /** The value before which somebody acknowledges what is open. */
    acknowledgedAt?: number;
  } = {},
) {
  const told: string[] = [];
  const ended: Episode[] = [];
  let episode: Episode | undefined;
  values.forEach((entry, index) => {
    const [atMs, value] = typeof entry === 'number' ? [index * SECOND, entry] : entry;
    if (episode && index === acknowledgedAt) episode = { ...episode, acknowledgedAtMs: atMs };
    const measurement: Measurement = {
      customerId: 1,
      attribute: 'heartBeat',
      value,
      atMs,
      partition: 0,
      offset: BigInt(index),
    };
    const advanced = advance(
      episode,
      direction,
      measurement,
      bands,
      () => ({ ...RULES, ...rules }),
      ({ offset }) => `e${offset}`,
    );
    for (const { kind, ordinal } of advanced.transitions) told.push(`${index}:${kind}${ordinal > 0 ? ordinal : ''}`);
    if (advanced.episode?.phase === 'ended') ended.push(advanced.episode);
    episode = advanced.episode?.phase === 'ended' ? undefined : advanced.episode;
  });
  return { told, episode, ended };
}

describe('advance', () => {
  it('does not hold an episode back until a clock that was ahead for one reading is reached', () => {
    const readings = [
      [24 * 60 * MINUTE, 120],
      [0, 120],
      [30 * SECOND, 120],
      [MINUTE, 120],
    ] as const;
    const { told, episode } = run(readings, { rules: { holdTimeMs: MINUTE } });
    expect(told).to.deep.equal(['1:opened']);
    expect(episode?.beganAtMs).to.equal(0);
  });

  it('tells of a long excursion twice: when it begins and when it has ended', () => {
    const { told, episode, ended } = run([90, 101, 120, 110, 105, 100, 90, 80, 80]);
    expect(told).to.deep.equal(['1:opened', '7:recovered']);
    expect(episode).to.equal(undefined);
    expect(ended[0]).to.include({ id: 'e1', breaches: 4, beganAtMs: 1_000, lastOutAtMs: 4_000, endedAtMs: 7_000 });
    expect(ended[0]?.worst).to.include({ value: 120, upper: 100 });
  });

  it('stays one episode when the value is back for less than recoverAfter readings', () => {
    expect(run([101, 90, 90, 101, 90, 90, 90]).told).to.deep.equal(['0:opened', '6:recovered']);
    expect(run([101, 90, 101], { rules: { recoverAfter: 1 } }).told).to.deep.equal([
      '0:opened',
      '1:recovered',
      '2:opened',
    ]);
  });

  it('opens only after openAfter breaches in a row: a single artefact tells nothing', () => {
    const rules = { openAfter: 3 };
    expect(run([101, 101, 90, 101, 101], { rules })).to.deep.include({ told: [] });
    const { told, episode } = run([101, 90, 101, 105, 101], { rules });
    expect(told).to.deep.equal(['4:opened']);
    expect(episode).to.include({ id: 'e2', breaches: 3, openedAtMs: 4_000, beganAtMs: 2_000 });
  });

  it('opens only after the hold time, by the times of the readings', () => {
    const rules = { holdTimeMs: 10 * SECOND };
    expect(
      run(
        [
          [0, 101],
          [9_999, 101],
          [10_000, 101],
        ],
        { rules },
      ).told,
    ).to.deep.equal(['2:opened']);
    expect(
      run(
        [
          [0, 101],
          [9_000, 90],
          [10_000, 101],
        ],
        { rules },
      ).told,
    ).to.deep.equal([]);
  });

  it('reminds once in every interval while it lasts, and never when the interval is 0', () => {
    const values = Array.from({ length: 13 }, (_, index) => [index * 10 * MINUTE, 110] as const);
    expect(run(values).told).to.deep.equal(['0:opened', '3:reminded', '6:reminded1', '9:reminded2', '12:reminded3']);
    expect(run(values, { rules: { repeatIntervalMs: 0 } }).told).to.deep.equal(['0:opened']);
  });

  it('does not remind while somebody looks after it, but tells of its end', () => {
    const values = Array.from({ length: 13 }, (_, index) => [index * 10 * MINUTE, index < 10 ? 110 : 90] as const);
    expect(run(values, { acknowledgedAt: 4 }).told).to.deep.equal(['0:opened', '3:reminded', '12:recovered']);
  });

  it('tells of what is out of limits after an hour without a reading, though acknowledged before, and without reminders', () => {
    const pause = (minutes: number) => [0, 1, 1 + minutes, 2 + minutes].map((at) => [at * MINUTE, 110] as const);
    const { told, episode } = run(pause(60), { acknowledgedAt: 1 });
    expect(told).to.deep.equal(['0:opened', '2:reminded']);
    expect(episode).to.include({ acknowledgedAtMs: undefined });
    expect(run(pause(59), { acknowledgedAt: 1 }).told).to.deep.equal(['0:opened']);
    expect(run(pause(60), { rules: { repeatIntervalMs: 0 } }).told).to.deep.equal(['0:opened', '2:reminded']);
    // Where readings come every two hours, none of them is news for that.
    const rare = { acknowledgedAt: 1, rules: { silentAfterMs: 150 * MINUTE } };
    expect(run(pause(120), rare).told).to.deep.equal(['0:opened']);
    expect(run(pause(150), rare).told).to.deep.equal(['0:opened', '2:reminded']);
  });

  it('tells of an escalation all the same, which nobody has acknowledged yet: reminders follow again', () => {
    const values = [0, 10, 20, 40, 75].map((minute, index) => [minute * MINUTE, index >= 2 ? 131 : 110] as const);
    const { told, episode } = run(values, { bands: [warning, critical], acknowledgedAt: 1 });
    expect(told).to.deep.equal(['0:opened', '2:escalated', '4:reminded']);
    expect(episode).to.include({ acknowledgedAtMs: undefined });
  });

  it('does not remind at a reading that is back inside', () => {
    expect(
      run([
        [0, 110],
        [31 * MINUTE, 90],
        [32 * MINUTE, 110],
      ]).told,
    ).to.deep.equal(['0:opened', '2:reminded']);
  });

  it('escalates once, at once, and a mail after it waits for a whole interval', () => {
    const bands = [warning, critical];
    expect(run([110, 131, 110, 140, 90, 90, 90], { bands }).told).to.deep.equal([
      '0:opened',
      '1:escalated',
      '6:recovered',
    ]);
    const { told, episode } = run(
      [
        [0, 110],
        [20 * MINUTE, 131],
        [31 * MINUTE, 110],
        [50 * MINUTE, 110],
      ],
      { bands },
    );
    expect(told).to.deep.equal(['0:opened', '1:escalated', '3:reminded']);
    expect(episode).to.include({ severity: 'critical' });
  });

  it('takes the worst value, its band and its severity from the same reading', () => {
    const wide = { ...warning, upper: 90 };
    const { episode } = run([125, 131, 128], { bands: [wide, { ...critical, upper: 130 }] });
    expect(episode).to.include({ severity: 'critical' });
    expect(episode?.worst).to.include({ value: 131, upper: 130, message: 'c' });
  });

  it('counts a value as back only when it is inside by the hysteresis', () => {
    const bands = [{ ...warning, hysteresis: 5 }];
    expect(run([101, 100, 98, 96, 95, 95, 96, 95, 95, 95], { bands }).told).to.deep.equal(['0:opened', '9:recovered']);
    expect(run([101, 95, 95, 95], { bands }).told).to.deep.equal(['0:opened', '3:recovered']);
    expect(run([59, 60, 64, 65, 65, 65], { bands, direction: 'low' }).told).to.deep.equal(['0:opened', '5:recovered']);
  });

  it('keeps the directions apart', () => {
    const values = [110, 50, 50, 50];
    expect(run(values).told).to.deep.equal(['0:opened', '3:recovered']);
    expect(run(values, { direction: 'low' }).told).to.deep.equal(['1:opened']);
  });

  it('never lets its time go back when a clock does', () => {
    const { told, episode } = run([
      [60 * MINUTE, 110],
      [10 * MINUTE, 111],
      [89 * MINUTE, 110],
      [90 * MINUTE, 110],
    ]);
    expect(told).to.deep.equal(['0:opened', '3:reminded']);
    expect(episode?.recent.map(([atMs]) => atMs / MINUTE)).to.deep.equal([60, 60, 89, 90]);
  });

  it('says nothing where no limit applies, and leaves an open episode as it is', () => {
    expect(run([300], { bands: [] }).told).to.deep.equal([]);
    const open = run([110]).episode;
    const measurement: Measurement = {
      customerId: 1,
      attribute: 'heartBeat',
      value: 80,
      atMs: 5,
      partition: 0,
      offset: 9n,
    };
    const { episode } = advance(open, 'high', measurement, [], () => RULES, String);
    expect(episode).to.equal(open);
  });

  it('keeps no more readings than a picture shows', () => {
    expect(run(Array.from({ length: 100 }, () => 110)).episode?.recent).to.have.length(24);
  });
});
