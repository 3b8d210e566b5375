import { inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { alertMail } from '../../../jobs/alerts/mail-template.ts';
import { Raster } from '../../../jobs/alerts/png.ts';
import { labelTops, PICTURE_SIZE } from '../../../jobs/alerts/readings-picture.ts';
import { OperatorError } from '../../../settings/index.ts';
import { episode, episodeItem } from '../../helpers/episodes.ts';

describe('alertMail', () => {
  it('has a subject with ward and what is wrong, and nothing that tells of whom', () => {
    expect(alertMail([episodeItem()]).subject).to.equal('Ward B: Blood pressure too high');
    expect(alertMail([episodeItem('opened', { severity: 'critical', direction: 'low' })]).subject).to.equal(
      'CRITICAL: Ward B: Blood pressure too low',
    );
    expect(alertMail([episodeItem('opened', { attribute: 'heartBeat' })]).subject).to.equal(
      'Ward B: Heart beat too high',
    );
  });

  it('keeps the subject of a conversation, but for an escalation', () => {
    const followUp = { followUp: true };
    for (const kind of ['reminded', 'recovered'] as const) {
      expect(alertMail([episodeItem(kind)], followUp).subject).to.equal('Re: Ward B: Blood pressure too high');
    }
    expect(alertMail([episodeItem('recovered', { severity: 'critical' })], followUp).subject).to.match(/^Re: /);
    expect(alertMail([episodeItem('escalated', { severity: 'critical' })], followUp).subject).to.equal(
      'CRITICAL: Ward B: Blood pressure too high',
    );
  });

  it('counts the alerts in the subject of a mail about several', () => {
    const two = [episodeItem(), episodeItem('opened', { id: 'e2', customerId: 4 })];
    expect(alertMail(two).subject).to.equal('Ward B: 2 alerts');
    const wards = [...two, episodeItem('opened', { id: 'e3', severity: 'critical' }, 'Ward C')];
    expect(alertMail(wards).subject).to.equal('CRITICAL: 2 wards: 3 alerts');
  });

  it('says in the subject that all is over, where nobody is out of the limits any more', () => {
    const over = (id: string) => [episodeItem('opened', { id }), episodeItem('recovered', { id })];
    expect(alertMail(over('e1')).subject).to.equal('Ward B: Blood pressure was too high, back in range');
    expect(alertMail([...over('e1'), ...over('e2')]).subject).to.equal('Ward B: 2 alerts, all back in range');
    const wasCritical = episodeItem('recovered', { id: 'e3', severity: 'critical' }, 'Ward C');
    expect(alertMail([...over('e1'), wasCritical]).subject).to.equal('2 wards: 2 alerts, all back in range');
  });

  it('says in the subject how many are over, where others are not', () => {
    const over = [episodeItem('opened', { id: 'e1' }), episodeItem('recovered', { id: 'e1' })];
    for (const kind of ['opened', 'reminded'] as const) {
      expect(alertMail([...over, episodeItem(kind, { id: 'e2' })]).subject).to.equal(
        'Ward B: 2 alerts, 1 back in range',
      );
    }
    const critical = episodeItem('escalated', { id: 'e3', severity: 'critical' });
    expect(alertMail([...over, critical]).subject).to.equal('CRITICAL: Ward B: 2 alerts, 1 back in range');
  });

  it('begins with what is critical and ends with what is over, each in the order in which it came to be', () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      episodeItem('recovered', { id: `r${index}`, customerId: 10 + index }),
    );
    const open = [2, 1].map((customerId) => episodeItem('opened', { id: `o${customerId}`, customerId }));
    const critical = episodeItem('escalated', { id: 'c', customerId: 99, severity: 'critical' });
    const { text, html } = alertMail([...many, ...open, critical]);
    const patients = [...text.matchAll(/^Patient: +(\d+)$/gm)].map(([, patient]) => Number(patient));
    expect(patients).to.deep.equal([99, 2, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18]);
    const [escalated, picture, over] = ['pressure too high, now critical', '<img ', 'pressure back in range'].map(
      (part) => html.indexOf(part),
    );
    expect(picture).to.be.greaterThan(escalated ?? 0);
    expect(picture).to.be.lessThan(over ?? 0);
  });

  it('says the same in text and in HTML', () => {
    const { text, html } = alertMail([episodeItem()], { link: 'https://alerts.example.org/readings' });
    for (const fact of ['Ward B', '211 mmHg', '151–180 mmHg', '2026-01-05 08:00:10 – 08:00:40']) {
      expect(text).to.include(fact);
      expect(html).to.include(fact);
    }
    expect(text).to.match(/Readings out of range: +7\n/);
    expect(text).to.include('https://alerts.example.org/readings?patient=3&attribute=bp\n');
    expect(html).to.include('href="https://alerts.example.org/readings?patient=3&amp;attribute=bp"');
  });

  it('carries a link to acknowledge each episode that is not over, of the last thing told of it', () => {
    const told = [episodeItem('opened'), episodeItem('reminded'), episodeItem('opened', { id: 'e2' })];
    const items = [...told, episodeItem('recovered', { id: 'e2' }), episodeItem('unsilenced', { id: 'e3' })];
    const acknowledge = (item: (typeof items)[number]) => `https://alerts.example.org/acknowledge/${item.kind}`;
    const { text, html } = alertMail(items, { acknowledge });
    const links = ['reminded', 'unsilenced'].map((kind) => `https://alerts.example.org/acknowledge/${kind}`);
    expect([...text.matchAll(/^Acknowledge: (.*)$/gm)].map(([, link]) => link)).to.deep.equal(links);
    expect([...html.matchAll(/href="([^"]+)"[^>]*>Acknowledge</g)].map(([, link]) => link)).to.deep.equal(links);
    expect(alertMail(items).text).to.not.contain('Acknowledge');
  });

  it('says what has become of an episode', () => {
    const headline = (kind: 'opened' | 'escalated' | 'reminded' | 'unsilenced' | 'recovered') =>
      alertMail([episodeItem(kind)]).text.split('\n')[0];
    expect(headline('opened')).to.equal('Blood pressure too high, 211 mmHg');
    expect(headline('escalated')).to.equal('Blood pressure too high, now critical, 211 mmHg');
    expect(headline('reminded')).to.equal('Blood pressure still too high, 184 mmHg');
    expect(headline('unsilenced')).to.equal('Blood pressure still too high, 184 mmHg');
    expect(headline('recovered')).to.equal('Blood pressure back in range, 184 mmHg');
  });

  it('has what is critical above the rest, and what is over below it', () => {
    const { text, html } = alertMail([
      episodeItem('recovered', { id: 'e1', customerId: 101, severity: 'critical' }),
      episodeItem('opened', { id: 'e2', customerId: 102 }),
      episodeItem('opened', { id: 'e3', customerId: 103, severity: 'critical' }),
      episodeItem('reminded', { id: 'e4', customerId: 104, severity: 'critical' }),
    ]);
    for (const form of [text, html]) {
      expect(form.match(/\b10[1-4]\b/g)).to.deep.equal(['103', '104', '102', '101']);
    }
  });

  it('tells of an episode once, as it was at last, when several things have happened to it', () => {
    const items = [episodeItem('opened'), episodeItem('reminded'), episodeItem('recovered', { breaches: 40 })];
    const { text, pictures } = alertMail(items);
    expect(text.match(/^Patient:/gm)).to.have.length(1);
    expect(text).to.match(/Status: +Began and is back in range, was too high\n/);
    expect(text).to.match(/Readings out of range: +40\n/);
    expect(pictures).to.have.length(1);
  });

  it('names both days where an episode lasts over midnight, and one moment once', () => {
    const beganAtMs = Date.parse('2026-01-05T23:59:00Z');
    const overnight = { beganAtMs, lastOutAtMs: Date.parse('2026-01-06T00:01:00Z') };
    expect(alertMail([episodeItem('opened', overnight)]).text).to.include('2026-01-05 23:59:00 – 2026-01-06 00:01:00');
    const moment = { beganAtMs, lastOutAtMs: beganAtMs, breaches: 1 };
    expect(alertMail([episodeItem('opened', moment)]).text).to.match(/Out of range \(UTC\): +2026-01-05 23:59:00\n/);
  });

  it('loads nothing from anywhere and runs nothing when it is opened', () => {
    const { html, pictures } = alertMail([episodeItem()], { link: 'https://alerts.example.org/' });
    expect(html).to.not.match(/<(script|link|iframe|style)\b|url\(|@import|\bon\w+=/i);
    expect(html.match(/https?:\/\//g)).to.have.length(1);
    expect(html.match(/<img [^>]*src="([^"]*)"/)?.[1]).to.equal(`cid:${pictures[0]?.contentId}`);
  });

  it('shows pictures of the first eight episodes only', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      episodeItem('opened', { id: `e${index}`, customerId: index }),
    );
    const { html, text, pictures } = alertMail(many);
    expect(pictures).to.have.length(8);
    expect(html.match(/<img /g)).to.have.length(8);
    expect(text.match(/^Patient:/gm)).to.have.length(30);
  });

  it('says all of each episode of a large mail, most of it before mail programs cut it off', () => {
    const items = Array.from({ length: 100 }, (_, index) =>
      episodeItem('opened', { id: `e${index}`, customerId: 1_000 + index }),
    );
    const acknowledge = () => 'https://desk.example.org/acknowledge/token?a=1&b=2';
    const { html } = alertMail(items, { acknowledge });
    expect(html.slice(0, 100_000).match(/\b10\d\d\b(?=<)/g)).to.have.length.greaterThan(60);
    expect(html.match(/href="https:\/\/desk\.example\.org\/acknowledge\/token\?a=1&amp;b=2"/g)).to.have.lengthOf(100);
    const short = html.slice(html.indexOf('1099<')).split('</tr>')[0];
    for (const fact of ['New', '211 mmHg', '151–180 mmHg', '2026-01-05 08:00:10']) expect(short).to.include(fact);
  });

  it('says that limits are for demonstration only where they are', () => {
    for (const source of ['course', 'news2']) {
      const { text, html } = alertMail([episodeItem('opened', { worst: { ...episode().worst, source } })]);
      expect(text).to.include('not clinical advice');
      expect(html).to.include('not clinical advice');
    }
    expect(alertMail([episodeItem()]).text).to.not.include('clinical advice');
  });

  it('tells of technical troubles without a word about health', () => {
    const lines = ['Patient 3: last reading 2026-01-05 08:00:10 UTC'];
    const { subject, text, html } = alertMail([{ type: 'technical', headline: '1 patient: no readings come', lines }]);
    expect(subject).to.equal('Technical: 1 patient: no readings come');
    expect(text).to.include(lines[0]);
    expect(html).to.include(lines[0]).and.include('Technical notice');
  });

  it('escapes what would be markup', () => {
    const { html } = alertMail([episodeItem('opened', {}, `<b onclick="x">'A' & "B"</b>`)]);
    expect(html)
      .to.include('&lt;b onclick=&quot;x&quot;&gt;&#39;A&#39; &amp; &quot;B&quot;&lt;/b&gt;')
      .and.not.include('<b ');
    const linked = alertMail([episodeItem()], { link: 'https://alerts.example.org/?q="><script>alert(1)</script>' });
    expect(linked.html).to.not.include('<script>');
  });

  for (const control of ['\r\nBcc: x@example.org', '\nX: y', '\r', '\u0000', '\u2028']) {
    it(`refuses a ward with ${JSON.stringify(control)}`, () => {
      expect(() => alertMail([episodeItem('opened', {}, `Ward${control}`)]))
        .to.throw(OperatorError)
        .that.includes({ code: 'MAIL_HEADER_UNSAFE' });
    });
  }

  it('refuses a value that is no number', () => {
    expect(() => alertMail([episodeItem('opened', { worst: { ...episode().worst, value: Number.NaN } })]))
      .to.throw(OperatorError)
      .that.includes({ code: 'MAIL_VALUE_INVALID' });
  });
});

describe('the numbers beside the picture', () => {
  const { height } = PICTURE_SIZE;

  it('stand at their lines where there is room', () => {
    expect(labelTops(100, 180, height)).to.deep.equal([85, 165]);
  });

  it('never stand one over the other or outside the picture, however narrow the band is and wherever it lies', () => {
    for (let upper = 16; upper <= height - 16; upper += 4) {
      for (let lower = upper; lower <= height - 16; lower += 4) {
        const [first, second] = labelTops(upper, lower, height);
        expect(first, `${upper} to ${lower}`).to.be.at.least(0);
        expect(second - first, `${upper} to ${lower}`).to.be.at.least(36);
        expect(second, `${upper} to ${lower}`).to.be.at.most(height - 30);
      }
    }
  });
});

describe('Raster', () => {
  it('writes a PNG with the pixels that were drawn', () => {
    const raster = new Raster(3, 2, [255, 255, 255]);
    raster.rectangle(1, 0, 1, 2, [10, 20, 30]);
    raster.rectangle(-5, 1, 6, 9, [1, 2, 3]);
    const png = raster.toPng();
    expect(png.subarray(1, 4).toString()).to.equal('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).to.deep.equal([3, 2]);
    expect(String(png.subarray(37, 41))).to.equal('PLTE');
    expect([...png.subarray(41, 50)]).to.deep.equal([255, 255, 255, 10, 20, 30, 1, 2, 3]);
    const length = png.readUInt32BE(54);
    expect([...inflateSync(png.subarray(62, 62 + length))]).to.deep.equal([...[0, 0, 1, 0], ...[0, 2, 1, 0]]);
    expect([raster.at(0, 1), raster.at(2, 1)]).to.deep.equal([
      [1, 2, 3],
      [255, 255, 255],
    ]);
    expect(raster.at(3, 0)).to.equal(undefined);
  });
});
