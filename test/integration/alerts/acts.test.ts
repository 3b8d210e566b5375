import { expect } from 'chai';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { acknowledge } from '../../../jobs/alerts/acknowledge.ts';
import type { Actor } from '../../../jobs/alerts/act-history.ts';
import { applyBatch, type BatchFacts, type Judgement } from '../../../jobs/alerts/batch-outcome.ts';
import { closeEpisode } from '../../../jobs/alerts/close-episode.ts';
import { type Leadership, requireLead } from '../../../jobs/alerts/leadership.ts';
import { Mailer } from '../../../jobs/alerts/mailer.ts';
import { episodeEntry } from '../../../jobs/alerts/outbox-entries.ts';
import { OutboxMailer } from '../../../jobs/alerts/outbox-mailer.ts';
import { createAlertTables } from '../../../jobs/alerts/schema.ts';
import { endOverdueSilences, endSilences, silence } from '../../../jobs/alerts/silences.ts';
import type { Silence } from '../../../jobs/alerts/silencing.ts';
import { commitBatch, readAlertState } from '../../../jobs/alerts/store.ts';
import { alertSettings, createLogger } from '../../../settings/index.ts';
import { type AlertDatabase, breakingPool, createAlertDatabase, TOPIC } from '../../helpers/alert-database.ts';
import { eventually } from '../../helpers/eventually.ts';
import { MailCatcher } from '../../helpers/smtp.ts';

const limit = { customerId: null, lowAge: 0, highAge: 150, message: 'out', source: 'local' };
const judgement: Judgement = {
  topic: TOPIC,
  settings: alertSettings({ ALERT_REPEAT_INTERVAL: '10s', ALERT_RECOVER_AFTER: '1' }),
  limitsOf: (_customerId, attribute) => [
    { ...limit, attribute, lower: 60, upper: 100, severity: 'warning' },
    { ...limit, attribute, lower: 40, upper: 140, severity: 'critical' },
  ],
};
const ANNA: Actor = { by: 'anna', via: 'command', reason: 'seen at the bed' };
const START = Date.UTC(2026, 0, 5, 8);
const LATER = Date.UTC(2100, 0, 1);

/** One heart beat of patient 1, so many seconds after the start. */
function beat(second: number, value: number): BatchFacts {
  const atMs = START + second * 1_000;
  const offset = BigInt(second);
  return {
    measurements: [{ customerId: 1, attribute: 'heartBeat', value, atMs, partition: 0, offset }],
    ends: new Map([[0, { nextOffset: offset + 1n, newestAtMs: atMs }]]),
  };
}

describe('acknowledgements and silences in the database', () => {
  let alerts: AlertDatabase;
  let pool: Pool;
  let lead: Leadership;

  beforeEach(async () => {
    alerts = await createAlertDatabase('acts');
    pool = alerts.pool;
    lead = await alerts.lead();
  });

  afterEach(() => alerts.close());

  /** What a driver does with a batch; `meanwhile` happens between reading the state and writing. */
  async function handle(facts: BatchFacts, meanwhile: () => Promise<unknown> = async () => {}): Promise<boolean> {
    const state = await readAlertState(pool, TOPIC);
    const outcome = applyBatch(state, facts, judgement);
    await meanwhile();
    const outbox = outcome.notifications.map((one) => episodeEntry(one, new Map(), 'ops@example.org'));
    return await commitBatch(pool, lead, { outcome, presences: [], outbox, acts: state.acts });
  }

  async function select(sql: string): Promise<Record<string, unknown>[]> {
    return (await pool.query<RowDataPacket[]>(sql))[0].map((row) => ({ ...row }));
  }

  async function told(): Promise<string[]> {
    return (await select('SELECT kind, state FROM alert_outbox ORDER BY id')).map(
      ({ kind, state }) => `${kind} ${state}`,
    );
  }

  async function history(): Promise<string[]> {
    return (await select('SELECT act, by_whom, via FROM alert_act ORDER BY id')).map(
      ({ act, by_whom, via }) => `${act} by ${by_whom} (${via})`,
    );
  }

  async function episodeId(): Promise<string> {
    return String((await select('SELECT id FROM alert_episode ORDER BY began_at DESC LIMIT 1'))[0]?.id);
  }

  const silenced = (overrides: Partial<Silence> = {}) =>
    silence(
      pool,
      TOPIC,
      { customerId: 1, attribute: undefined, includesCritical: false, untilMs: LATER, ...overrides },
      ANNA,
    );

  const endOverdue = () => endOverdueSilences(pool, TOPIC, (connection) => requireLead(connection, lead));

  it('an acknowledged episode sends no reminders; an escalation is told, and is not acknowledged; the end is told', async () => {
    await handle(beat(0, 120));
    await handle(beat(10, 120));
    const id = await episodeId();
    expect(await acknowledge(pool, TOPIC, { episodeId: id }, ANNA)).to.include({ result: 'done' });
    await handle(beat(20, 120));
    await handle(beat(30, 120));
    expect(await told()).to.deep.equal(['opened pending', 'reminded pending']);
    await handle(beat(40, 150));
    await handle(beat(50, 150));
    await acknowledge(pool, TOPIC, { episodeId: id }, ANNA);
    await handle(beat(60, 150));
    await handle(beat(61, 80));
    expect((await told()).slice(2)).to.deep.equal(['escalated pending', 'reminded pending', 'recovered pending']);
    expect(await history()).to.deep.equal([
      'acknowledged by anna (command)',
      'unacknowledged by vital-alerts (driver)',
      'acknowledged by anna (command)',
    ]);
  });

  it('an acknowledgement does not outlast an hour without a reading: whoever is back out of limits is told of', async () => {
    await handle(beat(0, 120));
    await acknowledge(pool, TOPIC, { episodeId: await episodeId() }, ANNA);
    await handle(beat(3_599, 120));
    expect(await told()).to.deep.equal(['opened pending']);
    await handle(beat(3_599 + 3_600, 120));
    expect(await told()).to.deep.equal(['opened pending', 'reminded pending']);
    expect((await history()).at(-1)).to.equal('unacknowledged by vital-alerts (driver)');
    const [act] = await select('SELECT reason FROM alert_act ORDER BY id DESC LIMIT 1');
    expect(act?.reason).to.equal('still out of limits after a long pause without readings');
  });

  it('a closed episode is told no more; who is out of limits later has another one', async () => {
    await handle(beat(0, 120));
    const id = await episodeId();
    const close = async () => (await closeEpisode(pool, TOPIC, id, ANNA)).result;
    // The batch was judged with the episode open: it is judged again.
    expect(await handle(beat(20, 120), close)).to.equal(false);
    expect(await select('SELECT phase, active FROM alert_episode')).to.deep.equal([{ phase: 'ended', active: null }]);
    expect([await close(), (await closeEpisode(pool, TOPIC, 'none', ANNA)).result]).to.deep.equal([
      'already',
      'unknown',
    ]);
    expect(await told()).to.deep.equal(['opened pending']);
    await handle(beat(20, 120));
    expect(await told()).to.deep.equal(['opened pending', 'opened pending']);
    expect(await episodeId()).to.not.equal(id);
    expect(await history()).to.deep.equal(['closed by anna (command)']);
  });

  it('says what cannot be acknowledged, and writes nothing then', async () => {
    await handle(beat(0, 150));
    const id = await episodeId();
    const result = async (known?: 'warning') => (await acknowledge(pool, TOPIC, { episodeId: id, known }, ANNA)).result;
    expect((await acknowledge(pool, TOPIC, { episodeId: 'nobody' }, ANNA)).result).to.equal('unknown');
    expect(await result('warning')).to.equal('escalated');
    expect([await result(), await result()]).to.deep.equal(['done', 'already']);
    await handle(beat(1, 80));
    expect(await result()).to.equal('not open');
    expect(await history()).to.deep.equal(['acknowledged by anna (command)']);
  });

  it('a batch that was judged before an act is judged again, and the act is not lost', async () => {
    await handle(beat(0, 120));
    const id = await episodeId();
    const written = await handle(beat(10, 120), () => acknowledge(pool, TOPIC, { episodeId: id }, ANNA));
    expect(written).to.equal(false);
    expect(await told()).to.deep.equal(['opened pending']);
    expect(await handle(beat(10, 120))).to.equal(true);
    expect(await told()).to.deep.equal(['opened pending']);
    expect(await select('SELECT breaches FROM alert_episode')).to.deep.equal([{ breaches: 2 }]);
  });

  it('a silence withholds warnings, visibly, and tells once what is still open when it has ended', async () => {
    const { id } = await silenced();
    await handle(beat(0, 120));
    await handle(beat(10, 120));
    expect(await told()).to.deep.equal(['opened silenced', 'reminded silenced']);
    expect((await select('SELECT DISTINCT silence_id FROM alert_outbox'))[0]?.silence_id).to.equal(id);
    expect(await endSilences(pool, TOPIC, [id], ANNA)).to.include({ told: 1 });
    expect(await endSilences(pool, TOPIC, [id], ANNA)).to.include({ told: 0 });
    await handle(beat(20, 120));
    expect((await told()).slice(2)).to.deep.equal(['unsilenced pending', 'reminded pending']);
    expect(await history()).to.deep.equal(['silenced by anna (command)', 'unsilenced by anna (command)']);
  });

  it('lets a critical episode through, unless the silence says so', async () => {
    await silenced();
    await handle(beat(0, 120));
    await handle(beat(1, 150));
    await handle(beat(2, 80));
    await silenced({ includesCritical: true });
    await handle(beat(3, 150));
    const expected = ['opened silenced', 'escalated pending', 'recovered pending', 'opened silenced'];
    expect(await told()).to.deep.equal(expected);
  });

  it('ends a silence by the clock of the database, whether or not readings come, once, whoever looks', async () => {
    const { id } = await silenced({ includesCritical: true });
    await silenced({ attribute: 'bp' });
    await handle(beat(0, 150));
    expect(await endOverdue()).to.deep.equal({ ended: [], told: 0 });
    await pool.query('UPDATE alert_silence SET until_at = NOW(3) WHERE id = ?', [id]);
    const rounds = await Promise.all([endOverdue(), endOverdue()]);
    expect(rounds.reduce((sum, { told: number }) => sum + number, 0)).to.equal(1);
    expect(await told()).to.deep.equal(['opened silenced', 'unsilenced pending']);
    expect((await history()).at(-1)).to.equal('silence ended by vital-alerts (driver)');
  });

  it('says nothing of what another silence still covers, has ended, or was told all the time', async () => {
    const [first, second] = [await silenced(), await silenced()];
    await handle(beat(0, 120));
    expect(await endSilences(pool, TOPIC, [first.id], ANNA)).to.include({ told: 0 });
    await handle(beat(1, 150));
    expect(await endSilences(pool, TOPIC, [second.id], ANNA)).to.include({ told: 0 });
    const third = await silenced({ includesCritical: true });
    await handle(beat(2, 80));
    expect(await endSilences(pool, TOPIC, [third.id], ANNA)).to.include({ told: 0 });
    expect(await told()).to.deep.equal(['opened silenced', 'escalated pending', 'recovered silenced']);
  });

  it('ends no silence for a driver that another has taken over from', async () => {
    const { id } = await silenced();
    await pool.query('UPDATE alert_silence SET until_at = NOW(3) WHERE id = ?', [id]);
    const fenced = lead;
    await alerts.lead();
    const outcome = await endOverdueSilences(pool, TOPIC, (connection) => requireLead(connection, fenced)).catch(
      (error: unknown) => error,
    );
    expect(outcome).to.include({ code: 'FENCED' });
    expect((await readAlertState(pool, TOPIC)).silences).to.have.length(1);
  });

  it('acts whole or not at all, wherever the connection breaks', async () => {
    await handle(beat(0, 120));
    const id = await episodeId();
    for (let statements = 0; ; statements++) {
      const { pool: broken, broke } = breakingPool(pool, statements);
      const outcome = await acknowledge(broken, TOPIC, { episodeId: id }, ANNA).catch(() => undefined);
      const [row] = await select('SELECT acknowledged_at IS NOT NULL AS acknowledged FROM alert_episode');
      expect((await history()).length).to.equal(Number(row?.acknowledged));
      if (outcome?.result === 'done' || outcome?.result === 'already') break;
      expect(broke()).to.equal(true);
    }
  });

  it('adds what an older database lacks', async () => {
    await handle(beat(0, 120));
    await pool.query('ALTER TABLE alert_episode DROP COLUMN acknowledged_at');
    await pool.query(
      "ALTER TABLE alert_outbox DROP COLUMN silence_id, MODIFY state ENUM('pending','sending','sent','failed') NOT NULL",
    );
    await pool.query('DROP TABLE alert_desk, alert_silence, alert_act, alert_link_use');
    await createAlertTables(pool);
    await silenced();
    await handle(beat(10, 120));
    expect(await told()).to.deep.equal(['opened pending', 'reminded silenced']);
  });

  it('the mailer ends a silence while no readings come, and its mail says so in the conversation', async () => {
    const catcher = await MailCatcher.start();
    const smtp = catcher.settings();
    const transport = new Mailer(smtp);
    const log = createLogger({ name: 'test', destination: { write: () => {} } });
    const gaps = { mailGapMs: 0, urgentMailGapMs: 0 };
    const mailer = new OutboxMailer({ pool, lead, mailer: transport, smtp, gaps, log });
    try {
      await handle(beat(0, 120));
      await silenced();
      await pool.query('UPDATE alert_silence SET until_at = NOW(3) + INTERVAL 1 SECOND');
      mailer.start();
      const mails = await catcher.arrived(2);
      expect(mails[1]?.mail.subject).to.equal('Re: unknown ward: Heart beat too high');
      expect(mails[1]?.mail.text).to.match(/Status: +Lasts, and is no longer silenced/);
      expect(mails[1]?.mail.inReplyTo).to.equal(mails[0]?.mail.messageId);
      await eventually(async () => (await told()).join() === 'opened sent,unsilenced sent', 'both to be sent');
    } finally {
      await mailer.stop();
      transport.close();
      await catcher.close();
    }
  });
});
