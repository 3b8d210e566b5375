import { expect } from 'chai';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { alertStanding } from '../../../jobs/alerts/alert-standing.ts';
import { readAlertStatus } from '../../../jobs/alerts/alert-status.ts';
import type { Episode } from '../../../jobs/alerts/episodes.ts';
import type { Leadership } from '../../../jobs/alerts/leadership.ts';
import type { Attribute } from '../../../jobs/alerts/limits.ts';
import { Mailer } from '../../../jobs/alerts/mailer.ts';
import { claimMail, readWaiting } from '../../../jobs/alerts/outbox.ts';
import { OutboxMailer } from '../../../jobs/alerts/outbox-mailer.ts';
import { commitBatch } from '../../../jobs/alerts/store.ts';
import { createLogger } from '../../../settings/index.ts';
import { type AlertDatabase, createAlertDatabase, entry, put, TOPIC } from '../../helpers/alert-database.ts';
import { episode } from '../../helpers/episodes.ts';
import { eventually } from '../../helpers/eventually.ts';
import { MailCatcher } from '../../helpers/smtp.ts';

const log = createLogger({ name: 'test', destination: { write: () => {} } });
const NO_GAPS = { mailGapMs: 0, urgentMailGapMs: 0 };
/** Long against what a busy machine takes for a mail: which mails wait and which do not must show. */
const GAP_MS = 4_000;

describe('the outbox and its mailer', () => {
  let alerts: AlertDatabase;
  let pool: Pool;
  let lead: Leadership;
  let catcher: MailCatcher;
  const started: { mailer: OutboxMailer; transport: Mailer }[] = [];

  beforeEach(async () => {
    [alerts, catcher] = await Promise.all([createAlertDatabase('outbox'), MailCatcher.start()]);
    pool = alerts.pool;
    lead = await alerts.lead();
  });

  afterEach(async () => {
    catcher.accept();
    for (const { mailer, transport } of started.splice(0)) {
      await mailer.stop();
      transport.close();
    }
    await Promise.all([alerts.close(), catcher.close()]);
  });

  function start(gaps = NO_GAPS, by = lead, operatorEmail?: string): OutboxMailer {
    const smtp = catcher.settings();
    const transport = new Mailer(smtp);
    const mailer = new OutboxMailer({ pool, lead: by, mailer: transport, smtp, gaps, operatorEmail, log });
    started.push({ mailer, transport });
    mailer.start();
    return mailer;
  }

  async function states(): Promise<string[]> {
    const [rows] = await pool.query<(RowDataPacket & { state: string })[]>(
      'SELECT state FROM alert_outbox ORDER BY id',
    );
    return rows.map(({ state }) => state);
  }

  const settled = (...expected: string[]) =>
    eventually(async () => (await states()).join() === expected.join(), `states ${expected.join()}`);

  it('mails what is put in, soon after it is woken, and notes that it is sent', async () => {
    const mailer = start();
    const waits: number[] = [];
    for (const [index, customerId] of [3, 4, 5, 6].entries()) {
      await put(pool, lead, entry('opened', { id: `e${index + 1}`, customerId }));
      const putAt = Date.now();
      mailer.wake();
      waits.push(((await catcher.arrived(index + 1))[index]?.arrivedAt ?? Number.POSITIVE_INFINITY) - putAt);
    }
    // By itself it looks every second; a busy machine may hold up some of them.
    expect(Math.min(...waits)).to.be.lessThan(500);
    const [caught] = catcher.mails;
    expect(caught?.to).to.deep.equal(['birch@ward-b.example.org']);
    expect(caught?.mail.subject).to.equal('Ward B: Blood pressure too high');
    expect(caught?.mail.headers.get('x-instant-health-notifications')).to.equal('e1.opened.0');
    await settled('sent', 'sent', 'sent', 'sent');
  });

  it('puts the mails of an episode into one conversation, in their order', async () => {
    await put(pool, lead, entry('opened'));
    const mailer = start();
    for (const [count, kind] of [
      [1, 'reminded'],
      [2, 'recovered'],
    ] as const) {
      await catcher.arrived(count);
      await put(pool, lead, entry(kind));
      mailer.wake();
    }
    const [opened, reminded, recovered] = (await catcher.arrived(3)).map(({ mail }) => mail);
    const conversation = opened?.references;
    expect(conversation).to.match(/^<[0-9a-f]{32}@/);
    expect(opened?.inReplyTo).to.equal(undefined);
    expect(reminded?.references).to.deep.equal([conversation, opened?.messageId]);
    expect(recovered?.references).to.deep.equal([conversation, opened?.messageId, reminded?.messageId]);
    expect(recovered?.inReplyTo).to.equal(reminded?.messageId);
    expect(recovered?.subject).to.equal(`Re: ${opened?.subject}`);
  });

  it('tells simultaneous episodes of a patient in one mail, and other patients in others', async () => {
    const [first, second, other] = [{}, { id: 'e2', attribute: 'heartBeat' as const }, { id: 'e3', customerId: 4 }];
    await put(pool, lead, entry('opened', first), entry('opened', second), entry('opened', other));
    start();
    const mails = await catcher.arrived(2);
    await settled('sent', 'sent', 'sent');
    expect(mails.map(({ mail }) => mail.subject).sort()).to.deep.equal([
      'Ward B: 2 alerts',
      'Ward B: Blood pressure too high',
    ]);
  });

  it('waits with what comes within the gap, then tells it all in one mail; another doctor and a critical one wait less', async () => {
    const mailer = start({ mailGapMs: GAP_MS, urgentMailGapMs: 0 });
    await put(pool, lead, entry('opened'));
    mailer.wake();
    await catcher.arrived(1);
    await settled('sent');
    const others = [1, 2, 3].map((index) => entry('opened', { id: `w${index}`, customerId: 10 + index }));
    const cedar = entry(
      'opened',
      { id: 'c1', customerId: 5 },
      { recipient: 'cedar@ward-c.example.org', ward: 'Ward C' },
    );
    await put(pool, lead, ...others, cedar);
    mailer.wake();
    await catcher.arrived(3);
    const [first, ...rest] = catcher.mails;
    const bySubject = new Map(rest.map((caught) => [caught.mail.subject, caught.arrivedAt - (first?.arrivedAt ?? 0)]));
    expect([...bySubject.keys()]).to.have.members(['Ward C: Blood pressure too high', 'Ward B: 3 alerts']);
    expect(bySubject.get('Ward C: Blood pressure too high')).to.be.lessThan(GAP_MS);
    expect(bySubject.get('Ward B: 3 alerts')).to.be.within(GAP_MS - 100, GAP_MS + 2_500);
    await settled(...Array<string>(5).fill('sent'));
    await put(pool, lead, entry('opened', { id: 'u1', customerId: 9, severity: 'critical' }));
    const putAt = Date.now();
    mailer.wake();
    const urgent = (await catcher.arrived(4))[3];
    expect(urgent?.mail.subject).to.match(/^CRITICAL/);
    expect((urgent?.arrivedAt ?? 0) - putAt).to.be.lessThan(GAP_MS);
  });

  it('holds mails back while an outage is made up for, and tells an episode that is over in one', async () => {
    const mailer = start();
    mailer.catchUp(true);
    await put(pool, lead, entry('opened'));
    mailer.wake();
    await put(pool, lead, entry('recovered'));
    mailer.catchUp(true);
    mailer.wake();
    expect(await states()).to.deep.equal(['pending', 'pending']);
    mailer.catchUp(false);
    await settled('sent', 'sent');
    const [caught] = catcher.mails;
    expect(catcher.mails).to.have.lengthOf(1);
    expect(caught?.mail.headers.get('x-instant-health-notifications')).to.match(/e1\.opened\.0.*e1\.recovered/);
  });

  it('tries again later what is refused for now, as the same mail, and goes on with others meanwhile', async () => {
    catcher.refuse(451, '4.7.1 greylisted', 1);
    await put(pool, lead, entry('opened'));
    const mailer = start();
    const refused = await eventually(async () => {
      const [state] = await states();
      const [waiting] = await readWaiting(pool, TOPIC);
      return state === 'pending' && waiting?.attempts === 1 && waiting;
    }, 'the end of the first attempt');
    expect(refused.dueInMs).to.be.within(500, 5_000);
    await put(pool, lead, entry('opened', { id: 'e2', customerId: 4 }));
    mailer.wake();
    await catcher.arrived(1);
    await pool.query("UPDATE alert_outbox SET not_before = NOW(3) WHERE state = 'pending'");
    mailer.wake();
    await catcher.arrived(2);
    await settled('sent', 'sent');
    expect(catcher.mails.map(({ mail }) => mail.headers.get('x-instant-health-notifications'))).to.deep.equal([
      'e2.opened.0',
      'e1.opened.0',
    ]);
  });

  describe('where one recipient cannot be reached, and others can', () => {
    const [away, there] = ['away@example.org', 'there@example.org'];
    const to = (recipient: string, id: string, kind: Parameters<typeof entry>[0] = 'opened') =>
      entry(kind, { id }, { recipient });
    const many = (count: number, recipient: string, name: string) =>
      Array.from({ length: count }, (_, index) => to(recipient, `${name}${index}`));

    it('finds what waits for the others, however much waits for the one', async () => {
      await put(pool, lead, ...many(1_100, away, 'e'));
      await pool.query(
        'UPDATE alert_outbox SET mail_id = id DIV 100, attempts = 1, not_before = NOW(3) + INTERVAL 4 MINUTE',
      );
      await put(pool, lead, ...many(1_100, away, 'e').map((one) => ({ ...one, key: `${one.episodeId}.reminded.0` })));
      await put(pool, lead, to(there, 'other'));
      start();
      const [caught] = await catcher.arrived(1, 20_000);
      expect(caught?.to).to.deep.equal([there]);
    });

    it('finds what waits for the others, however much waits for one who has just had a mail', async () => {
      const mailer = start({ mailGapMs: 60_000, urgentMailGapMs: 1_000 });
      await put(pool, lead, ...many(1, there, 'first'), ...many(1, away, 'before'));
      mailer.wake();
      await catcher.arrived(2);
      await settled('sent', 'sent');
      await put(pool, lead, ...many(1_100, away, 'e'));
      await put(pool, lead, to('other@example.org', 'other'));
      const urgent = entry('opened', { id: 'urgent', severity: 'critical' }, { recipient: away });
      mailer.wake();
      const mails = await catcher.arrived(3, 10_000);
      expect(mails[2]?.to).to.deep.equal(['other@example.org']);
      await put(pool, lead, urgent);
      mailer.wake();
      const [, , , storm] = await catcher.arrived(4, 10_000);
      // What is critical takes along what waits, and is in the first of its mails.
      expect(storm?.mail.headers.get('x-instant-health-notifications')).to.include('urgent.opened.0');
    });

    it('tells a doctor who has taken a patient over, though the one before cannot be told', async () => {
      catcher.refuseFor(away);
      await put(pool, lead, to(away, 'e1'));
      const mailer = start();
      await eventually(async () => catcher.refused.length > 0, 'the first doctor to be refused');
      await put(pool, lead, to(there, 'e1', 'escalated'));
      mailer.wake();
      const [caught] = await catcher.arrived(1, 4_000);
      expect(caught?.mail.headers.get('x-instant-health-notifications')).to.equal('e1.escalated.0');
    });

    it('does not stop at a mail in the middle of which the server breaks off', async () => {
      catcher.breakOffFor(away);
      const sick = entry('opened', { id: 'e1', customerId: 1 }, { recipient: away });
      await put(pool, lead, sick, entry('opened', { id: 'e2', customerId: 2 }, { recipient: there }));
      const mailer = start();
      await catcher.arrived(1, 20_000);
      // Once it is known that it is this mail and not the server, nobody waits for attempts at it.
      await eventually(async () => {
        const [row] = (await readWaiting(pool, TOPIC)).filter(({ recipient }) => recipient === away);
        return row !== undefined && row.attempts > 1 && row.dueInMs > 1_000;
      }, 'the mail to be put off by itself');
      for (const id of ['e3', 'e4', 'e5']) await put(pool, lead, to(there, id));
      mailer.wake();
      await catcher.arrived(2, 4_000);
      catcher.breakOffFor(undefined);
      await pool.query("UPDATE alert_outbox SET not_before = NOW(3) WHERE state = 'pending'");
      await settled(...Array<string>(5).fill('sent'));
    });
  });

  it('lets what is critical and new go before what waits already, however slow the server is', async () => {
    catcher.stall();
    const inHand = catcher.inHand();
    const ward = Array.from({ length: 20 }, (_, index) => entry('opened', { id: `w${index}`, customerId: 10 + index }));
    await put(pool, lead, ...ward);
    const mailer = start();
    await inHand;
    await put(pool, lead, entry('opened', { id: 'e1', customerId: 4, severity: 'critical' }));
    mailer.wake();
    catcher.accept();
    const mails = await catcher.arrived(2);
    expect(mails[1]?.mail.headers.get('x-instant-health-notifications')).to.equal('e1.opened.0');
    await settled(...Array<string>(21).fill('sent'));
  });

  it('mails a value that swings over its critical limit no faster than other news', async () => {
    const begin = async (one: Episode) => {
      const outcome = { changed: [one], dropped: [], progress: new Map() };
      await commitBatch(pool, lead, { outcome, presences: [], outbox: [entry('opened', one)] });
      mailer.wake();
    };
    const critical = (id: string, attribute: Attribute) => episode({ id, attribute, severity: 'critical' });
    const mailer = start({ mailGapMs: GAP_MS, urgentMailGapMs: 0 });
    const first = critical('e1', 'bp');
    await begin(first);
    const [told] = await catcher.arrived(1);
    await settled('sent');
    await begin({ ...first, phase: 'ended', endedAtMs: first.lastAtMs });
    await begin(critical('e2', 'bp'));
    const again = (await catcher.arrived(2))[1];
    expect((again?.arrivedAt ?? 0) - (told?.arrivedAt ?? 0)).to.be.greaterThan(GAP_MS - 100);
    await settled('sent', 'sent');
    // Another attribute is news.
    const beganAt = Date.now();
    await begin(critical('e3', 'heartBeat'));
    const other = (await catcher.arrived(3))[2];
    expect((other?.arrivedAt ?? 0) - beganAt).to.be.lessThan(GAP_MS - 100);
  });

  it('waits for no time that lies ahead since the clock of the database was set back', async () => {
    await put(pool, lead, entry('opened'), entry('opened', { id: 'e2' }), entry('opened', { id: 'e3' }));
    await pool.query('UPDATE alert_outbox SET not_before = NOW(3) + INTERVAL 1 HOUR');
    await pool.query("UPDATE alert_outbox SET attempts = 1, mail_id = 'm' WHERE episode_id = 'e2'");
    await pool.query(
      "UPDATE alert_outbox SET state = 'sent', sent_at = NOW(3) + INTERVAL 1 HOUR, mail_id = 'n' WHERE episode_id = 'e3'",
    );
    start({ mailGapMs: GAP_MS, urgentMailGapMs: GAP_MS });
    await catcher.arrived(2);
    await settled('sent', 'sent', 'sent');
  });

  it('sends a mail that was tried whole, where more waits than it looks at', async () => {
    const all = Array.from({ length: 1_050 }, (_, index) => entry('opened', { id: `e${index}` }));
    await put(pool, lead, ...all);
    await pool.query("UPDATE alert_outbox SET mail_id = 'e950.opened.0', attempts = 1 WHERE id > 950");
    start();
    await settled(...Array<string>(1_050).fill('sent'));
    const told = catcher.mails.flatMap(({ mail }) =>
      String(mail.headers.get('x-instant-health-notifications')).split(/\s+/),
    );
    expect(told).to.have.lengthOf(1_050);
    expect(new Set(told).size).to.equal(1_050);
  });

  it('shows what is refused for good, and sends the rest', async () => {
    catcher.refuse(550, '5.1.1 no such mailbox', 1);
    await put(pool, lead, entry('opened'), entry('opened', { id: 'e2', customerId: 4 }));
    start();
    await catcher.arrived(1);
    await eventually(async () => (await states()).sort().join() === 'failed,sent', 'both to be settled');
    const { counts, failed } = await readAlertStatus(pool, TOPIC);
    expect(counts).to.include({ 'mails sent': 1, 'notifications that failed': 1 });
    expect(failed[0]?.reason).to.include('5.1.1 no such mailbox').and.not.include('birch@');
  });

  describe('where an operator is named', () => {
    const OPERATOR = 'ops@example.org';
    const notices = () => catcher.mails.filter(({ to }) => to.includes(OPERATOR));
    const away = (id: string) => entry('opened', { id, severity: 'critical' }, { recipient: 'away@example.org' });

    it('tells who is not told of what, when a mail is refused for good', async () => {
      catcher.refuse(550, '5.1.1 no such mailbox', 1);
      await put(pool, lead, away('e1'));
      start(NO_GAPS, lead, OPERATOR);
      const [notice] = await catcher.arrived(1);
      await settled('failed', 'sent');
      expect(notice?.to).to.deep.equal([OPERATOR]);
      expect(notice?.mail.subject).to.include('A mail was refused').and.not.include('away@');
      expect(notice?.mail.text)
        .to.include('away@example.org')
        .and.include('5.1.1 no such mailbox')
        .and.include('Patient 3: critical, opened');
    });

    it('tells once of a mail that cannot be delivered for long, and not before', async () => {
      catcher.refuseFor('away@example.org');
      await put(pool, lead, away('e1'));
      const mailer = start(NO_GAPS, lead, OPERATOR);
      const attempt = async (number: number) => {
        await eventually(async () => {
          const [state] = await states();
          const [row] = (await readWaiting(pool, TOPIC)).filter(({ recipient }) => recipient !== OPERATOR);
          return state === 'pending' && row?.attempts === number && !row.due;
        }, `the end of attempt ${number}`);
      };
      const again = async () => {
        await pool.query("UPDATE alert_outbox SET not_before = NOW(3) WHERE state = 'pending'");
        mailer.wake();
      };
      await attempt(1);
      await pool.query('UPDATE alert_outbox SET created_at = NOW(3) - INTERVAL 11 MINUTE');
      for (const number of [2, 3, 4, 5, 6, 7, 8, 9]) {
        await again();
        await attempt(number);
        if (number === 7) expect(await states()).to.deep.equal(['pending']);
      }
      await settled('pending', 'sent');
      expect(notices().map(({ mail }) => mail.subject)).to.have.lengthOf(1);
      expect(notices()[0]?.mail.subject).to.include('A mail cannot be delivered so far');
    });

    it('makes no notices of its own notices', async () => {
      catcher.refuse(550, '5.1.1 no such mailbox', 2);
      await put(pool, lead, away('e1'));
      start(NO_GAPS, lead, OPERATOR);
      await settled('failed', 'failed');
      await put(pool, lead, entry('opened', { id: 'e2', customerId: 4 }));
      await settled('failed', 'failed', 'sent');
    });
  });

  it('shows what should have been told by now, with what the server says, or that nobody has tried', async () => {
    catcher.refuseFor('away@example.org');
    const untold = entry('opened', { id: 'e2', customerId: 2 });
    await put(pool, lead, entry('opened', { id: 'e1', customerId: 1 }, { recipient: 'away@example.org' }));
    const mailer = start();
    await eventually(async () => (await readWaiting(pool, TOPIC))[0]?.due === false, 'the mail to be put off');
    await mailer.stop();
    await put(pool, lead, untold);
    expect((await readAlertStatus(pool, TOPIC)).overdue).to.deep.equal([]);
    await pool.query('UPDATE alert_outbox SET created_at = NOW(3) - INTERVAL 11 MINUTE');
    const { troubles } = await alertStanding({ ...alerts.database.environment, KAFKA_TOPIC: TOPIC });
    expect(troubles).to.have.lengthOf(2);
    expect(troubles[0]).to.match(/ UTC, opened, not told yet: .*4\.7\.1 greylisted \(e1\.opened\.0\)$/);
    expect(troubles[1]).to.match(/not told yet: nobody has tried to; does vital-alerts run\? \(e2\.opened\.0\)$/);
  });

  it('shows a notification for which there is no address', async () => {
    await put(pool, lead, entry('opened', {}, { recipient: '' }));
    expect((await readAlertStatus(pool, TOPIC)).failed[0]?.reason).to.equal('no mail address');
  });

  it('loses nothing while no server answers, and sends it soon after one does', async () => {
    const port = catcher.port;
    await catcher.close();
    await put(pool, lead, entry('opened'));
    start();
    await eventually(async () => Number((await readWaiting(pool, TOPIC))[0]?.attempts) >= 2, 'two attempts');
    expect((await readAlertStatus(pool, TOPIC)).counts).to.include({ 'notifications waiting for a mail': 1 });
    catcher = await MailCatcher.start({ port });
    const backAt = Date.now();
    const [caught] = await catcher.arrived(1);
    expect((caught?.arrivedAt ?? 0) - backAt).to.be.lessThan(11_000);
    await settled('sent');
  });

  it('sends what a dead driver held in its hands, as the same mail, when its lease has run out', async () => {
    catcher.stall();
    await put(pool, lead, entry('opened'));
    const [row] = await readWaiting(pool, TOPIC);
    expect(await claimMail(pool, lead, { mailId: 'e1.opened.0', rowIds: [row?.id ?? ''], lease: 'dead' })).to.equal(
      true,
    );
    catcher.accept();
    const newer = await alerts.lead();
    start(NO_GAPS, newer);
    expect(await claimMail(pool, newer, { mailId: 'e1.opened.0', rowIds: [row?.id ?? ''], lease: 'b' })).to.equal(
      false,
    );
    expect(catcher.mails).to.have.length(0);
    await pool.query('UPDATE alert_outbox SET lease_until = NOW(3)');
    const [caught] = await catcher.arrived(1);
    await settled('sent');
    expect(caught?.mail.messageId).to.match(/^<[0-9a-f]{32}@instant-health\.example>$/);
  });

  it('keeps its lease on a mail that takes long', async () => {
    catcher.stall();
    const stalling = catcher.stalling();
    await put(pool, lead, entry('opened'));
    start();
    await stalling;
    await pool.query('UPDATE alert_outbox SET lease_until = NOW(3) + INTERVAL 1 SECOND');
    await eventually(
      async () => ((await readWaiting(pool, TOPIC))[0]?.dueInMs ?? 0) > 5_000,
      'the lease to be renewed',
    );
    catcher.accept();
    await catcher.arrived(1);
    await settled('sent');
  });

  it('sends nothing for a driver that another has taken over from', async () => {
    const fenced = start();
    const newer = await alerts.lead();
    await put(pool, newer, entry('opened'));
    fenced.wake();
    const [row] = await readWaiting(pool, TOPIC);
    expect(await claimMail(pool, lead, { mailId: 'e1.opened.0', rowIds: [row?.id ?? ''], lease: 'a' })).to.equal(false);
    expect(await states()).to.deep.equal(['pending']);
    start(NO_GAPS, newer);
    await catcher.arrived(1);
    await settled('sent');
    expect(catcher.mails).to.have.length(1);
  });

  it('gives back what it holds when it is stopped, and a second mailer goes on', async () => {
    const entries = Array.from({ length: 40 }, (_, index) => entry('opened', { id: `s${index}`, customerId: index }));
    await put(pool, lead, ...entries);
    const first = start();
    await catcher.arrived(5);
    await first.stop();
    expect(await states())
      .to.include('pending')
      .and.not.include('sending');
    start();
    await catcher.arrived(40);
    await settled(...Array<string>(40).fill('sent'));
    expect(new Set(catcher.mails.map(({ mail }) => mail.messageId)).size).to.equal(40);
  });
});
