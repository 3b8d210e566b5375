import { expect } from 'chai';
import { simpleParser } from 'mailparser';
import { type Browser, chromium, type Page } from 'playwright-core';
import { alertMail } from '../../../jobs/alerts/mail-template.ts';
import { Mailer } from '../../../jobs/alerts/mailer.ts';
import { CHROMIUM, CONTRASTS } from '../../helpers/browser.ts';
import { episodeItem } from '../../helpers/episodes.ts';
import { MailCatcher } from '../../helpers/smtp.ts';

/** What is asked of a page runs in the browser, where Node's types are not: hence as text. */
const LOOK = `(() => {
  const picture = document.querySelector('img');
  const box = picture?.getBoundingClientRect();
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    picture: picture && { natural: picture.naturalWidth, width: box.width, height: box.height, alt: picture.alt },
    text: document.body.innerText,
  };
})()`;

interface Look {
  readonly overflow: number;
  readonly picture: {
    readonly natural: number;
    readonly width: number;
    readonly height: number;
    readonly alt: string;
  } | null;
  /** As it is painted, capitals and all. */
  readonly text: string;
}

/** Pixels of the colours that breaches and the normal band are painted in. */
const COUNT_PIXELS = `(() => {
  const picture = document.querySelector('img');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const count = (...colour) => {
    let pixels = 0;
    for (let index = 0; index < data.length; index += 4) {
      if (colour.every((channel, place) => data[index + place] === channel)) pixels += 1;
    }
    return pixels;
  };
  return { outside: count(185, 28, 28), band: count(220, 239, 226) };
})()`;

describe('an alert in a browser, as it arrived over SMTP', () => {
  let browser: Browser;
  let catcher: MailCatcher;

  before(async function () {
    // A browser comes with the system or not at all: none is downloaded for a test.
    if (CHROMIUM === undefined) return this.skip();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    catcher = await MailCatcher.start();
  });

  after(async () => {
    await browser?.close();
    await catcher?.close();
  });

  /** Sends the items, and opens what arrives as a mail program does: pictures from the mail, nothing from outside. */
  async function open(
    width: number,
    ...items: Parameters<typeof alertMail>[0]
  ): Promise<{ page: Page; asked: string[] }> {
    const mailer = new Mailer(catcher.settings());
    const count = catcher.mails.length + 1;
    try {
      const content = alertMail(items, { link: 'https://alerts.example.org/' });
      await mailer.send({ ...content, to: 'birch@ward-b.example.org', messageId: `<${count}@instant-health.example>` });
    } finally {
      mailer.close();
    }
    const raw = (await catcher.arrived(count)).at(-1)?.raw ?? Buffer.alloc(0);
    // The parser puts the pictures in place of their content ids.
    const { html } = await simpleParser(raw);
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const asked: string[] = [];
    page.on('request', ({ url }) => {
      if (!url().startsWith('data:')) asked.push(url());
    });
    await page.setContent(String(html), { waitUntil: 'load' });
    return { page, asked };
  }

  for (const [device, width] of [
    ['telephone', 360],
    ['desk', 1_200],
  ] as const) {
    it(`fits the screen of a ${device}, shows its picture, and asks for nothing from outside`, async () => {
      const { page, asked } = await open(width, episodeItem('opened', { severity: 'critical' }));
      const seen = await page.evaluate<Look>(LOOK);
      expect(seen.overflow).to.equal(0);
      expect(seen.picture?.natural).to.equal(944);
      expect(seen.picture?.width).to.be.within(250, 472);
      expect((seen.picture?.width ?? 0) / (seen.picture?.height ?? 1)).to.be.closeTo(944 / 240, 0.05);
      expect(seen.picture?.alt).to.include('last readings');
      expect(seen.text)
        .to.include('Blood pressure too high, 211 mmHg')
        .and.include('CRITICAL')
        .and.include('Show the readings');
      expect(asked).to.deep.equal([]);
      await page.close();
    });
  }

  it('paints the readings out of limits, and the band between the limits, into the picture', async () => {
    const { page } = await open(800, episodeItem());
    const painted = await page.evaluate<{ outside: number; band: number }>(COUNT_PIXELS);
    // Seven discs of radius seven; a band over most of the width.
    expect(painted.outside).to.be.within(7 * 120, 7 * 180);
    expect(painted.band).to.be.greaterThan(30_000);
    await page.close();
  });

  it('has readable contrast everywhere', async () => {
    const items = [
      episodeItem(),
      episodeItem('recovered', { id: 'e2' }),
      episodeItem('escalated', { id: 'e3', severity: 'critical' }),
      { type: 'technical', headline: '1 patient: no readings come any more', lines: ['Patient 3'] } as const,
    ];
    const { page } = await open(800, ...items);
    const contrasts = await page.evaluate<number[]>(CONTRASTS);
    expect(contrasts.length).to.be.greaterThan(20);
    expect(Math.min(...contrasts)).to.be.greaterThan(4.5);
    await page.close();
  });
});
