import path from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type AlertDatabase, createAlertDatabase } from '../../helpers/alert-database.ts';
import { EPISODE_ID, type ServedDesk, serveDesk } from '../../helpers/alert-desk.ts';
import { CHROMIUM, CONTRASTS } from '../../helpers/browser.ts';

/** Where to leave pictures for people; nowhere by default. */
const { SCREENSHOTS } = process.env;

describe('the link of a mail in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let alerts: AlertDatabase;
  let desk: ServedDesk;

  before(async function () {
    if (CHROMIUM === undefined) return this.skip();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });

  beforeEach(async () => {
    alerts = await createAlertDatabase('page');
    desk = await serveDesk(alerts, await alerts.lead());
    // As in a strict hospital's browser: the page must do without scripts.
    context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 780 } });
  });

  afterEach(async () => {
    await context.close();
    await desk.close();
    await alerts.close();
  });

  after(() => browser?.close());

  async function picture(page: Page, name: string): Promise<void> {
    if (SCREENSHOTS) await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  async function acts(): Promise<string[]> {
    const [rows] = await alerts.pool.query<(RowDataPacket & { act: string; reason: string | null })[]>(
      'SELECT act, reason FROM alert_act ORDER BY id',
    );
    return rows.map(({ act, reason }) => `${act}: ${reason}`);
  }

  it('leads from the mail to a page that asks, and its button acknowledges', async () => {
    await desk.mailedLink();
    const mail = await context.newPage();
    await mail.setContent(String(desk.catcher.mails[0]?.mail.html));
    await picture(mail, 'mail');
    await mail.getByRole('link', { name: 'Acknowledge' }).click();
    await mail.waitForURL(/\/acknowledge\//);
    await picture(mail, 'question');
    expect(await mail.getByRole('heading').textContent()).to.equal('Ward B: Blood pressure too high');
    expect(await acts()).to.deep.equal([]);
    await mail.getByLabel('Note').fill('called the ward');
    await mail.getByRole('button', { name: 'Acknowledge' }).click();
    await mail.getByText('No reminders of this episode follow.').waitFor();
    await picture(mail, 'done');
    expect(await acts()).to.deep.equal(['acknowledged: called the ward']);
    await mail.reload();
    await mail.getByText('This link has been used').waitFor();
    await picture(mail, 'used');
  });

  it('fits narrow screens, can be read, and keeps its style under its own strict policy', async () => {
    const link = await desk.mailedLink({ id: EPISODE_ID, severity: 'critical' });
    const readable = await browser.newPage({ viewport: { width: 320, height: 640 } });
    const troubles: string[] = [];
    readable.on('console', (message) => troubles.push(message.text()));
    readable.on('request', (request) => {
      if (request.url() !== link) troubles.push(request.url());
    });
    await readable.goto(link);
    await picture(readable, 'critical');
    const looks = (await readable.evaluate(
      `({ overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          border: getComputedStyle(document.querySelector('main')).borderTopColor })`,
    )) as { overflow: number; border: string };
    expect(looks).to.deep.equal({ overflow: 0, border: 'rgb(185, 28, 28)' });
    const contrasts = (await readable.evaluate(CONTRASTS)) as number[];
    expect(contrasts.length).to.be.greaterThan(5);
    expect(Math.min(...contrasts)).to.be.greaterThan(4.5);
    expect(troubles.filter((text) => !text.endsWith('/favicon.ico'))).to.deep.equal([]);
    await readable.close();
  });
});
