import { expect } from 'chai';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { acknowledge } from '../../../jobs/alerts/acknowledge.ts';
import { signToken } from '../../../jobs/alerts/acknowledge-token.ts';
import type { Leadership } from '../../../jobs/alerts/leadership.ts';
import { commitBatch } from '../../../jobs/alerts/store.ts';
import { type AlertDatabase, createAlertDatabase, TOPIC } from '../../helpers/alert-database.ts';
import { EPISODE_ID, LINK_SECRET, type ServedDesk, serveDesk } from '../../helpers/alert-desk.ts';
import { episode } from '../../helpers/episodes.ts';

const FORM = 'application/x-www-form-urlencoded';

describe('the endpoint behind the links of mails', () => {
  let alerts: AlertDatabase;
  let pool: Pool;
  let lead: Leadership;
  let desk: ServedDesk;

  beforeEach(async () => {
    alerts = await createAlertDatabase('endpoint');
    pool = alerts.pool;
    lead = await alerts.lead();
    desk = await serveDesk(alerts, lead);
  });

  afterEach(async () => {
    await desk.close();
    await alerts.close();
  });

  const post = (link: string, body = '', type = FORM) =>
    fetch(link, { method: 'POST', body, headers: { 'Content-Type': type } });

  /** Everything that a request could have changed. */
  async function contents(): Promise<unknown> {
    const tables = ['alert_episode', 'alert_act', 'alert_link_use', 'alert_desk', 'alert_silence'];
    return await Promise.all(
      tables.map(async (table) => (await pool.query<RowDataPacket[]>('SELECT * FROM ??', [table]))[0]),
    );
  }

  async function acts(): Promise<unknown[]> {
    const [rows] = await pool.query<RowDataPacket[]>('SELECT act, by_whom, via, reason FROM alert_act ORDER BY id');
    return rows.map((row) => ({ ...row }));
  }

  async function change(overrides: Parameters<typeof episode>[0]): Promise<void> {
    const outcome = { changed: [episode({ id: EPISODE_ID, ...overrides })], dropped: [], progress: new Map() };
    await commitBatch(pool, lead, { outcome, presences: [], outbox: [] });
  }

  it('acknowledges once, by its button only, in the name of the address that the mail went to', async () => {
    const link = await desk.mailedLink();
    expect(link).to.match(/^http:\/\/127\.0\.0\.1:\d+\/acknowledge\/[\w-]{87}$/);
    expect((await fetch(link)).status).to.equal(200);
    const done = await post(link, `note=${encodeURIComponent('at the bed\u001b[2J now')}`);
    expect(done.status).to.equal(200);
    expect(await done.text()).to.contain('No reminders of this episode follow');
    const expected = {
      act: 'acknowledged',
      by_whom: 'birch@ward-b.example.org',
      via: 'link',
      reason: 'at the bed [2J now',
    };
    expect(await acts()).to.deep.equal([expected]);
    for (const again of [await fetch(link), await post(link)]) {
      expect(again.status).to.equal(410);
      expect(await again.text()).to.contain('This link has been used');
    }
    expect(await acts()).to.have.length(1);
  });

  it('changes nothing for programs that follow links: GET, HEAD, prefetch, and methods of all kinds', async () => {
    const link = await desk.mailedLink();
    const before = await contents();
    const statuses: number[] = [];
    for (const init of [
      {},
      { method: 'HEAD' },
      { headers: { 'Sec-Purpose': 'prefetch;prerender', Purpose: 'prefetch' } },
      { headers: { 'User-Agent': 'Link Scanner', 'X-HTTP-Method-Override': 'POST' } },
      { method: 'OPTIONS' },
      { method: 'PUT', body: 'note=' },
      { method: 'DELETE' },
      { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } },
    ]) {
      statuses.push((await fetch(link, init)).status);
    }
    statuses.push((await fetch(`${link}?_method=POST&note=x`)).status);
    expect(statuses).to.deep.equal([200, 200, 200, 200, 405, 405, 405, 415, 200]);
    expect(await contents()).to.deep.equal(before);
  });

  it('is shown to nobody but the reader: no cache, no frame, no script, no referrer; and names no patient', async () => {
    const link = await desk.mailedLink({ customerId: 471_100 });
    const response = await fetch(link);
    expect(Object.fromEntries(response.headers)).to.include({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.get('content-security-policy')).to.match(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    const html = await response.text();
    expect(html).to.contain('Ward B: Blood pressure too high');
    expect(html).to.not.match(/471100|211|birch@|<script|https?:\/\//);
    expect(Buffer.from(link.split('/').at(-1) ?? '', 'base64url').toString('latin1')).to.not.contain('471100');
  });

  it('answers each link that cannot be used with a plain page and its status', async () => {
    const link = await desk.mailedLink();
    const expectPage = async (address: string, status: number, text: string) => {
      for (const response of [await fetch(address), await post(address)]) {
        expect(response.status, text).to.equal(status);
        expect(await response.text()).to.contain(text);
      }
    };
    await expectPage(`${link.slice(0, -5)}AAAAA`, 403, 'not one of our links');
    await expectPage(`${desk.url}/acknowledge/x`, 403, 'not one of our links');
    await change({ severity: 'critical' });
    await expectPage(link, 409, 'has become critical since this mail');
    await change({ phase: 'ended', endedAtMs: Date.UTC(2026, 0, 5, 9) });
    await expectPage(link, 410, 'has ended');
    expect((await fetch(`${desk.url}/`)).status).to.equal(404);
    expect(await acts()).to.deep.equal([]);
  });

  it('says so when the link has expired', async () => {
    await desk.mailedLink();
    const [rows] = await pool.query<(RowDataPacket & { id: string })[]>('SELECT id FROM alert_outbox');
    const row = { outboxId: String(rows[0]?.id), episodeId: EPISODE_ID };
    const response = await post(`${desk.url}/acknowledge/${signToken(row, Date.now() - 1_000, LINK_SECRET)}`);
    expect([response.status, await response.text()].join()).to.match(/^410,.*This link has expired/s);
    expect(await acts()).to.deep.equal([]);
  });

  it('says when somebody has acknowledged it by another way', async () => {
    const link = await desk.mailedLink();
    await acknowledge(pool, TOPIC, { episodeId: EPISODE_ID }, { by: 'anna', via: 'command', reason: undefined });
    const text = await (await post(link)).text();
    expect(text).to.contain('It was acknowledged at ').and.not.contain('anna');
    expect(await acts()).to.have.length(1);
  });

  it('acknowledges once when the button is pressed twice at the same time', async () => {
    const link = await desk.mailedLink();
    const responses = await Promise.all([post(link), post(link), post(link)]);
    expect(responses.map(({ status }) => status).sort()).to.deep.equal([200, 410, 410]);
    expect(await acts()).to.have.length(1);
  });

  it('takes no more than a form may hold', async () => {
    const link = await desk.mailedLink();
    expect((await post(link, `note=${'x'.repeat(5_000)}`)).status).to.equal(413);
    expect(await acts()).to.deep.equal([]);
    expect((await post(link, `note=${'x'.repeat(3_000)}`)).status).to.equal(200);
    expect((await acts())[0]).to.deep.include({ reason: 'x'.repeat(200) });
  });

  it('lets a program that tries one token after the other wait, and others not', async () => {
    const limited = await serveDesk(alerts, lead, { limits: { burst: 3, perMinute: 1 } });
    const knock = (from: string) =>
      fetch(`${limited.url}/acknowledge/guess`, { headers: { 'X-Forwarded-For': `203.0.113.9, ${from}` } });
    try {
      const statuses = [];
      for (const from of ['198.51.100.1', '198.51.100.1', '198.51.100.1', '198.51.100.1', '198.51.100.2']) {
        statuses.push((await knock(from)).status);
      }
      expect(statuses).to.deep.equal([403, 403, 403, 429, 403]);
      expect((await knock('198.51.100.1')).headers.get('retry-after')).to.match(/^\d+$/);
      expect((await fetch(`${limited.url}/health`)).status).to.equal(200);
    } finally {
      await limited.close();
    }
  });

  it('writes a line for each request, without token, address or note', async () => {
    const link = await desk.mailedLink();
    await fetch(link, { headers: { 'X-Forwarded-For': '198.51.100.1' } });
    await post(link, 'note=secretive');
    await fetch(`${desk.url}/other-secretive?x=secretive`);
    expect(await (await fetch(`${desk.url}/health`)).json()).to.deep.equal({ status: 'ok' });
    const lines = desk
      .logged()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg.replace(/\d+ ms$/, 'N ms'));
    expect(lines).to.deep.equal([
      'GET /acknowledge/… 200, N ms',
      'POST /acknowledge/… 200, N ms',
      'GET (another path) 404, N ms',
      'GET /health 200, N ms',
    ]);
    expect(desk.logged())
      .to.not.contain(link.split('/').at(-1))
      .and.not.match(/198\.51|secretive|birch@/);
  });

  it('says that it cannot be done while the database is away, and acknowledges nothing', async () => {
    const link = await desk.mailedLink();
    await pool.query('RENAME TABLE alert_episode TO alert_episode_away');
    const response = await post(link);
    expect(response.status).to.equal(503);
    expect(await response.text())
      .to.contain('Nothing was acknowledged')
      .and.not.contain('alert_episode');
    await pool.query('RENAME TABLE alert_episode_away TO alert_episode');
    expect((await post(link)).status).to.equal(200);
  });
});
