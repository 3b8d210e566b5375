import { expect } from 'chai';
import { backOffMs } from '../../../jobs/alerts/back-off.ts';
import { planMails } from '../../../jobs/alerts/mail-plan.ts';
import type { WaitingRow } from '../../../jobs/alerts/outbox.ts';

const GAPS = { mailGapMs: 30_000, urgentMailGapMs: 3_000 };
const NONE = new Map<string, number>();

function row(id: number, overrides: Partial<WaitingRow> = {}): WaitingRow {
  return {
    id: String(id),
    key: `e${id}.opened.0`,
    episodeId: `e${id}`,
    customerId: id,
    kind: 'opened',
    severity: 'warning',
    recipient: 'a@example.org',
    mailId: null,
    attempts: 0,
    due: true,
    dueInMs: 0,
    isUrgent: false,
    ...overrides,
  };
}

const rowsOf = (plan: ReturnType<typeof planMails>) => plan.mails.map(({ rowIds }) => rowIds.join('+'));

describe('planMails', () => {
  it('makes one mail of all that waits for a recipient who has had none lately', () => {
    const plan = planMails([row(1), row(2), row(3, { recipient: 'b@example.org' })], NONE, GAPS);
    expect(rowsOf(plan)).to.deep.equal(['1+2', '3']);
    expect(plan.mails[0]).to.include({ mailId: 'e1.opened.0', recipient: 'a@example.org' });
    expect(plan.nextInMs).to.equal(undefined);
  });

  it('waits for the gap, and says how long', () => {
    const plan = planMails([row(1), row(2)], new Map([['a@example.org', 12_000]]), GAPS);
    expect(plan).to.deep.equal({ mails: [], nextInMs: 18_000 });
  });

  it('lets what is critical and new wait for the short gap only, and takes along what waits with it', () => {
    const critical = row(2, { isUrgent: true });
    const ages = new Map([['a@example.org', 4_000]]);
    expect(rowsOf(planMails([row(1), critical], ages, GAPS))).to.deep.equal(['1+2']);
    const reminder = row(2, { severity: 'critical', kind: 'reminded' });
    expect(rowsOf(planMails([row(1), reminder], ages, GAPS))).to.deep.equal([]);
    expect(planMails([critical], new Map([['a@example.org', 1_000]]), GAPS).nextInMs).to.equal(2_000);
  });

  it('makes a mail for each patient where there is no gap', () => {
    const rows = [row(1, { customerId: 7 }), row(2), row(3, { customerId: 7 })];
    expect(rowsOf(planMails(rows, NONE, { mailGapMs: 0, urgentMailGapMs: 0 }))).to.deep.equal(['1+3', '2']);
  });

  it('tries a mail again as it was, when all of it is due, whatever the gap', () => {
    const tried = [row(1, { mailId: 'm', attempts: 2 }), row(2, { mailId: 'm', attempts: 2 })];
    const ages = new Map([['a@example.org', 0]]);
    expect(planMails([...tried, row(3)], ages, GAPS).mails).to.deep.equal([
      { mailId: 'm', rowIds: ['1', '2'], recipient: 'a@example.org', attempts: 2, isUrgent: false },
    ]);
    const waiting = tried.map((one) => ({ ...one, due: false, dueInMs: 700 }));
    expect(planMails(waiting, NONE, GAPS)).to.deep.equal({ mails: [], nextInMs: 700 });
  });

  it('never lets a later notification of an episode overtake one that is not told yet', () => {
    const rows = [
      row(1, { mailId: 'm', due: false, dueInMs: 5_000 }),
      row(2, { episodeId: 'e1', kind: 'recovered' }),
      row(3),
    ];
    expect(rowsOf(planMails(rows, NONE, GAPS))).to.deep.equal(['3']);
  });

  it('lets nobody wait for what cannot be told to somebody else', () => {
    const rows = [
      row(1, { mailId: 'm', due: false, dueInMs: 5_000 }),
      row(2, { episodeId: 'e1', kind: 'escalated', recipient: 'b@example.org' }),
    ];
    expect(rowsOf(planMails(rows, NONE, GAPS))).to.deep.equal(['2']);
  });

  it('takes first what was tried least', () => {
    const rows = [row(1, { mailId: 'm', attempts: 3 }), row(2, { mailId: 'n', attempts: 1 }), row(3)];
    expect(rowsOf(planMails(rows, NONE, GAPS))).to.deep.equal(['3', '2', '1']);
  });

  it('takes what is critical and new before the rest, but not for ever where it cannot be told', () => {
    const rows = [1, 2, 3].map((id) => row(id, { recipient: `${id}@example.org` }));
    const critical = (attempts: number) =>
      row(4, { isUrgent: true, recipient: '4@example.org', attempts, mailId: attempts > 0 ? 'm' : null });
    expect(rowsOf(planMails([...rows, critical(0)], NONE, GAPS))).to.deep.equal(['4', '1', '2', '3']);
    expect(rowsOf(planMails([...rows, critical(1)], NONE, GAPS))).to.deep.equal(['4', '1', '2', '3']);
    expect(rowsOf(planMails([...rows, critical(2)], NONE, GAPS))).to.deep.equal(['1', '2', '3', '4']);
  });

  it('cuts a storm into mails of a hundred', () => {
    const plan = planMails(
      Array.from({ length: 250 }, (_, index) => row(index)),
      NONE,
      GAPS,
    );
    expect(plan.mails.map(({ rowIds }) => rowIds.length)).to.deep.equal([100, 100, 50]);
  });

  it('puts what is urgent into the first mail of a storm, with all of its episode in its order', () => {
    const storm = Array.from({ length: 250 }, (_, index) => row(index));
    const escalated = row(250, { episodeId: 'e120', kind: 'escalated', severity: 'critical', isUrgent: true });
    const [first, ...others] = planMails([...storm, escalated], NONE, GAPS).mails;
    expect(first?.rowIds.slice(0, 3)).to.deep.equal(['120', '250', '0']);
    expect(first?.isUrgent).to.equal(true);
    expect(others.flatMap(({ rowIds }) => rowIds))
      .to.have.lengthOf(151)
      .and.not.include('120');
  });
});

describe('backOffMs', () => {
  it('doubles up to its limit, and spreads over the upper half', () => {
    const limits = { firstMs: 1_000, mostMs: 10_000 };
    const latest = [1, 2, 3, 4, 5, 60].map((attempts) => backOffMs(attempts, limits, 1));
    expect(latest).to.deep.equal([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(backOffMs(3, limits, 0)).to.equal(2_000);
  });
});
