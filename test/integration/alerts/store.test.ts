import { expect } from 'chai';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { readAlertStatus } from '../../../jobs/alerts/alert-status.ts';
import { type AlertState, applyBatch, type BatchFacts, type Judgement } from '../../../jobs/alerts/batch-outcome.ts';
import { type Leadership, readEpoch, requireLead, takeLead } from '../../../jobs/alerts/leadership.ts';
import { episodeEntry } from '../../../jobs/alerts/outbox-entries.ts';
import { createAlertTables } from '../../../jobs/alerts/schema.ts';
import { commitBatch, readAlertState, readPresences } from '../../../jobs/alerts/store.ts';
import { alertSettings, OperatorError } from '../../../settings/index.ts';
import { type AlertDatabase, breakingPool, createAlertDatabase, entry, TOPIC } from '../../helpers/alert-database.ts';
import { episode } from '../../helpers/episodes.ts';

const judgement: Judgement = {
  topic: TOPIC,
  settings: alertSettings({}),
  limitsOf: () => [
    {
      attribute: 'heartBeat',
      customerId: null,
      lowAge: 0,
      highAge: 150,
      lower: 60,
      upper: 100,
      severity: 'warning',
      message: 'out',
      source: 'local',
    },
  ],
};

/** A batch of heart beats of one patient, from an offset on. */
function beats(offset: number, ...values: readonly number[]): BatchFacts {
  const measurements = values.map((value, index) => ({
    customerId: 1,
    attribute: 'heartBeat' as const,
    value,
    atMs: 1_000_000 + (offset + index) * 1_000,
    partition: 0,
    offset: BigInt(offset + index),
  }));
  const nextOffset = BigInt(offset + values.length);
  return { measurements, ends: new Map([[0, { nextOffset, newestAtMs: measurements.at(-1)?.atMs ?? 0 }]]) };
}

describe('the alerts in the database', () => {
  let alerts: AlertDatabase;
  let pool: Pool;
  let lead: Leadership;

  beforeEach(async () => {
    alerts = await createAlertDatabase('alerts');
    pool = alerts.pool;
    lead = await alerts.lead();
  });

  afterEach(() => alerts.close());

  /** What a driver does with a batch. */
  async function handle(facts: BatchFacts, through = pool, by = lead): Promise<void> {
    const outcome = applyBatch(await readAlertState(pool, TOPIC), facts, judgement);
    const outbox = outcome.notifications.map((one) => episodeEntry(one, new Map(), 'ops@example.org'));
    await commitBatch(through, by, { outcome, presences: [], outbox });
  }

  /** Everything there is, without what the clock of the database wrote. */
  async function contents() {
    const select = async (sql: string) => (await pool.query<RowDataPacket[]>(sql))[0].map((row) => ({ ...row }));
    return {
      episodes: await select('SELECT * FROM alert_episode ORDER BY id'),
      outbox: await select('SELECT notification_key, kind, state FROM alert_outbox ORDER BY notification_key'),
      progress: await select('SELECT * FROM alert_progress ORDER BY `partition`'),
    };
  }

  it('tells topics apart whose names differ in case only, in tables from before too', async () => {
    const other = TOPIC.toUpperCase();
    for (const table of ['alert_leader', 'alert_progress', 'alert_desk']) {
      await pool.query('ALTER TABLE ?? MODIFY COLUMN topic VARCHAR(249) NOT NULL', [table]);
    }
    await createAlertTables(pool);
    await handle(beats(0, 40));
    const elsewhere = await takeLead(pool, other);
    expect(elsewhere.epoch).to.equal(1n);
    // Neither fenced, nor taken for applied.
    await handle(beats(1, 40));
    const state = await readAlertState(pool, other);
    expect([state.progress.size, state.episodes.length]).to.deep.equal([0, 0]);
    await commitBatch(pool, elsewhere, {
      outcome: applyBatch(state, beats(0, 80), { ...judgement, topic: other }),
      presences: [],
      outbox: [],
    });
    expect((await readAlertState(pool, TOPIC)).progress.get(0)?.nextOffset).to.equal(2n);
    expect((await readAlertState(pool, other)).progress.get(0)?.nextOffset).to.equal(1n);
  });

  it('writes a batch that no server takes in one statement', async () => {
    const [[limit]] = await pool.query<(RowDataPacket & { bytes: number })[]>('SELECT @@max_allowed_packet AS bytes');
    const bytes = limit?.bytes ?? Number.NaN;
    const one = entry('opened');
    const number = Math.ceil(bytes / JSON.stringify(one.content).length) + 1;
    const numbers = Array.from({ length: number }, (_, index) => index);
    await commitBatch(pool, lead, {
      outcome: {
        changed: numbers.map((index) => episode({ id: `e${index}`, customerId: index })),
        dropped: [],
        progress: new Map(),
      },
      presences: numbers.map((customerId) => ({
        customerId,
        lastSeenAtMs: 1_767_600_000_000,
        silentSinceMs: undefined,
      })),
      outbox: numbers.map((index) => ({
        ...one,
        key: `e${index}.opened.0`,
        episodeId: `e${index}`,
        customerId: index,
      })),
    });
    const count = async (table: string) =>
      Number(
        (await pool.query<(RowDataPacket & { number: string })[]>(`SELECT COUNT(*) AS number FROM ${table}`))[0][0]
          ?.number,
      );
    expect(await Promise.all(['alert_episode', 'alert_patient', 'alert_outbox'].map(count))).to.deep.equal([
      number,
      number,
      number,
    ]);
    await commitBatch(pool, lead, {
      outcome: { changed: [], dropped: numbers.map((index) => `e${index}`), progress: new Map() },
      presences: [],
      outbox: [],
    });
  });

  it('gives an episode back exactly as it was written', async () => {
    const written = [
      episode(),
      episode({ id: 'e2', direction: 'low', phase: 'pending', openedAtMs: undefined, notifiedAtMs: undefined }),
      episode({ id: 'e3', customerId: -5, severity: 'critical', reminders: 3, insideInARow: 2 }),
    ];
    const progress = new Map([[7, { nextOffset: 9_007_199_254_740_993n, newestAtMs: 1_767_600_000_123 }]]);
    await commitBatch(pool, lead, { outcome: { changed: written, dropped: [], progress }, presences: [], outbox: [] });
    const state: AlertState = await readAlertState(pool, TOPIC);
    expect([...state.episodes].sort((a, b) => (a.id < b.id ? -1 : 1))).to.deep.equal(written);
    expect(state.progress).to.deep.equal(progress);
    expect((await readAlertState(pool, 'another topic')).episodes).to.deep.equal([]);
  });

  it('forgets an episode that has ended, and what was pending and came to nothing', async () => {
    const ended = episode({ phase: 'ended', endedAtMs: 5 });
    const pending = episode({ id: 'e2', attribute: 'heartBeat', phase: 'pending' });
    const write = {
      outcome: { changed: [episode(), pending], dropped: [], progress: new Map() },
      presences: [],
      outbox: [],
    };
    await commitBatch(pool, lead, write);
    await commitBatch(pool, lead, { ...write, outcome: { ...write.outcome, changed: [ended], dropped: ['e2', 'e1'] } });
    expect((await readAlertState(pool, TOPIC)).episodes).to.deep.equal([]);
    expect((await contents()).episodes.map(({ id, phase }) => [id, phase])).to.deep.equal([['e1', 'ended']]);
  });

  it('counts as silent who is a patient still', async () => {
    await pool.query(
      `INSERT INTO patients_information (customerId, name, age, ward, doctor_name, doctor_email)
       VALUES (1, 'A', 40, 'Ward A', 'B', 'b@example.org')`,
    );
    const presences = [1, 2].map((customerId) => ({ customerId, lastSeenAtMs: 1_000, silentSinceMs: 2_000 }));
    const outcome = { changed: [], dropped: [], progress: new Map() };
    await commitBatch(pool, lead, { outcome, presences, outbox: [] });
    expect((await readAlertStatus(pool, TOPIC)).counts).to.deep.equal({ 'silent patients': 1 });
    await pool.query('DELETE FROM patients_information');
    expect((await readAlertStatus(pool, TOPIC)).counts).to.deep.equal({});
  });

  it('remembers when patients were last seen', async () => {
    const presences = [
      { customerId: 1, lastSeenAtMs: 1_000, silentSinceMs: undefined },
      { customerId: 2, lastSeenAtMs: 2_000, silentSinceMs: 9_000 },
    ];
    const outcome = { changed: [], dropped: [], progress: new Map() };
    await commitBatch(pool, lead, { outcome, presences, outbox: [] });
    expect(await readPresences(pool, TOPIC)).to.deep.equal(presences);
  });

  it('changes nothing when a batch comes again, whole or cut otherwise', async () => {
    await handle(beats(0, 80, 120, 121));
    await handle(beats(3, 122, 80));
    const before = await contents();
    expect(before.outbox.map(({ kind }) => kind)).to.deep.equal(['opened']);
    await handle(beats(3, 122, 80));
    await handle(beats(1, 120, 121, 122, 80));
    expect(await contents()).to.deep.equal(before);
    await handle(beats(4, 80, 80, 80));
    expect((await contents()).outbox.map(({ kind }) => kind).sort()).to.deep.equal(['opened', 'recovered']);
  });

  it('writes all of a batch or nothing, wherever the connection breaks; the next attempt makes it whole', async () => {
    const expected = await (async () => {
      await handle(beats(0, 120, 121));
      await handle(beats(2, 80, 80, 80));
      const whole = await contents();
      for (const table of ['alert_episode', 'alert_outbox', 'alert_progress']) await pool.query(`DELETE FROM ${table}`);
      return whole;
    })();
    await handle(beats(0, 120, 121));
    const before = await contents();
    let statements = 0;
    for (; ; statements++) {
      const { pool: breaking, broke } = breakingPool(pool, statements);
      const failure = await handle(beats(2, 80, 80, 80), breaking).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!broke()) break;
      expect(failure).to.have.property('code', 'PROTOCOL_CONNECTION_LOST');
      const now = await contents();
      // Lost after the commit: it counts, and the attempt that follows finds nothing to do.
      if (now.progress[0]?.next_offset === '5') expect(now).to.deep.equal(expected);
      else expect(now).to.deep.equal(before);
    }
    expect(statements).to.be.within(4, 7);
    expect(await contents()).to.deep.equal(expected);
  });

  it('refuses an older driver, before it writes anything', async () => {
    await handle(beats(0, 120));
    const newer = await alerts.lead();
    expect(newer.epoch).to.equal(lead.epoch + 1n);
    const before = await contents();
    const error = await handle(beats(1, 80, 80, 80)).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(OperatorError).and.include({ code: 'FENCED' });
    expect(String(error)).to.match(
      /another vital-alerts driver has taken topic vitals over .*epoch 2; ours is epoch 1/,
    );
    expect(await contents()).to.deep.equal(before);
    await handle(beats(1, 80, 80, 80), pool, newer);
    expect((await contents()).progress[0]?.next_offset).to.equal('4');
  });

  it('gives the lead to nobody who saw an older epoch when it started, frozen in between', async () => {
    const seen = await readEpoch(pool, TOPIC);
    expect(seen).to.equal(lead.epoch);
    const newer = await takeLead(pool, TOPIC, seen);
    const error = await takeLead(pool, TOPIC, seen).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(OperatorError).and.include({ code: 'FENCED' });
    await handle(beats(0, 120), pool, newer);
    expect((await contents()).episodes).to.have.length(1);
  });

  it('knows of no epoch where nobody has led, with or without tables', async () => {
    expect(await readEpoch(pool, 'another topic')).to.equal(0n);
    await pool.query('DROP TABLE alert_leader');
    expect(await readEpoch(pool, TOPIC)).to.equal(0n);
  });

  it('takes the lead from one that is frozen within a transaction, and undoes that one', async () => {
    const frozen = await pool.getConnection();
    try {
      // What it is given is short here, so that the test need not wait for it.
      await frozen.query('SET wait_timeout = 1');
      await frozen.beginTransaction();
      await requireLead(frozen, lead);
      await frozen.query('DELETE FROM alert_leader');
      const next = await takeLead(pool, TOPIC, lead.epoch);
      expect(next.epoch).to.equal(lead.epoch + 1n);
      const [[limits]] = await pool.query<RowDataPacket[]>(
        'SELECT @@wait_timeout AS idle, @@net_read_timeout AS silent',
      );
      expect(Number(limits?.idle)).to.be.at.most(10);
      expect(Number(limits?.silent)).to.be.at.most(10);
    } finally {
      frozen.destroy();
    }
  });

  it('lets exactly one of two drivers write when both hold the same batch', async () => {
    const newer = await alerts.lead();
    const outcomes = await Promise.allSettled([
      handle(beats(0, 120, 121), pool, lead),
      handle(beats(0, 120, 121), pool, newer),
    ]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    const { episodes, outbox } = await contents();
    expect([episodes.length, outbox.length]).to.deep.equal([1, 1]);
  });

  it('keeps topics apart', async () => {
    const other: Judgement = { ...judgement, topic: 'other' };
    const outcome = applyBatch({ episodes: [], progress: new Map(), silences: [] }, beats(0, 120), other);
    const lead2 = { topic: 'other', epoch: 1n };
    await pool.query("INSERT INTO alert_leader (topic, epoch, holder, since) VALUES ('other', 1, 'test', NOW(3))");
    await commitBatch(pool, lead2, { outcome, presences: [], outbox: [] });
    await handle(beats(0, 120));
    expect((await contents()).episodes.map(({ topic }) => topic).sort()).to.deep.equal(['other', TOPIC]);
  });

  it('creates its tables once, however often it is asked', async () => {
    await createAlertTables(pool);
    await handle(beats(0, 120));
    await createAlertTables(pool);
    expect((await contents()).episodes).to.have.length(1);
  });

  it('needs no right to create or alter where nothing is missing', async () => {
    const statements: string[] = [];
    const query = (...statement: readonly unknown[]) => {
      statements.push(String(statement[0]).trim().slice(0, 6));
      return Reflect.apply(pool.query, pool, statement);
    };
    await createAlertTables({ query } as Pick<Pool, 'query'>);
    expect(new Set(statements)).to.deep.equal(new Set(['SELECT']));
  });
});
