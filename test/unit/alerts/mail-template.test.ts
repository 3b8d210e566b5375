import { expect } from 'chai';
import type { Breach } from '../../../jobs/alerts/limits.ts';
import { alertMail, type BreachGroup, groupBreaches } from '../../../jobs/alerts/mail-template.ts';
import { OperatorError } from '../../../settings/index.ts';

const group: BreachGroup = {
  customerId: 3,
  ward: 'Ward B',
  attribute: 'bp',
  direction: 'high',
  severity: 'warning',
  worst: 211,
  lower: 151,
  upper: 180,
  count: 7,
  firstAt: new Date('2026-01-05T08:00:10.000Z'),
  lastAt: new Date('2026-01-05T08:00:40.250Z'),
  source: 'local',
};

const breach = (overrides: Partial<Breach> & { at: Date }): Breach & { at: Date } => ({
  customerId: 3,
  attribute: 'bp',
  direction: 'high',
  value: 190,
  lower: 151,
  upper: 180,
  severity: 'warning',
  message: 'out',
  source: 'local',
  ...overrides,
});

describe('alertMail', () => {
  it('has a subject with ward and what is wrong, and nothing that tells of whom', () => {
    expect(alertMail(group).subject).to.equal('Ward B: Blood pressure too high');
    expect(alertMail({ ...group, severity: 'critical', direction: 'low', worst: 80 }).subject).to.equal(
      'CRITICAL: Ward B: Blood pressure too low',
    );
    expect(alertMail({ ...group, attribute: 'heartBeat', worst: 99 }).subject).to.equal('Ward B: Heart beat too high');
  });

  it('says the same in text and in HTML', () => {
    const { text, html } = alertMail(group, { link: 'https://alerts.example.org/readings' });
    for (const fact of ['Ward B', '211 mmHg', '151–180 mmHg', '2026-01-05 08:00:10 – 08:00:40']) {
      expect(text).to.include(fact);
      expect(html).to.include(fact);
    }
    expect(text).to.match(/Readings out of range: +7\n/);
    expect(text).to.include('https://alerts.example.org/readings?patient=3&attribute=bp\n');
    expect(html).to.include('href="https://alerts.example.org/readings?patient=3&amp;attribute=bp"');
  });

  it('names both days where a group lasts over midnight, and one moment once', () => {
    const overnight = { ...group, firstAt: new Date('2026-01-05T23:59:00Z'), lastAt: new Date('2026-01-06T00:01:00Z') };
    expect(alertMail(overnight).text).to.include('2026-01-05 23:59:00 – 2026-01-06 00:01:00');
    expect(alertMail({ ...group, lastAt: group.firstAt, count: 1 }).text).to.match(
      /Time \(UTC\): +2026-01-05 08:00:10\n/,
    );
  });

  it('loads nothing and runs nothing when it is opened', () => {
    const { html } = alertMail(group, { link: 'https://alerts.example.org/' });
    expect(html).to.not.match(/<(img|script|link|iframe|style)\b|url\(|@import|\bon\w+=/i);
    expect(html.match(/https?:\/\//g)).to.have.length(1);
  });

  it('says that limits are for demonstration only where they are', () => {
    for (const source of ['course', 'news2']) {
      const { text, html } = alertMail({ ...group, source });
      expect(text).to.include('not clinical advice');
      expect(html).to.include('not clinical advice');
    }
    expect(alertMail(group).text).to.not.include('clinical advice');
  });

  it('escapes what would be markup', () => {
    const { html } = alertMail({ ...group, ward: `<b onclick="x">'A' & "B"</b>` });
    expect(html)
      .to.include('&lt;b onclick=&quot;x&quot;&gt;&#39;A&#39; &amp; &quot;B&quot;&lt;/b&gt;')
      .and.not.include('<b ');
    const linked = alertMail(group, { link: 'https://alerts.example.org/?q="><script>alert(1)</script>' });
    expect(linked.html).to.not.include('<script>');
  });

  for (const control of ['\r\nBcc: x@example.org', '\nX: y', '\r', '\u0000', '\u2028']) {
    it(`refuses a ward with ${JSON.stringify(control)}`, () => {
      expect(() => alertMail({ ...group, ward: `Ward${control}` }))
        .to.throw(OperatorError)
        .that.includes({ code: 'MAIL_HEADER_UNSAFE' });
    });
  }

  it('refuses a value that is no number', () => {
    expect(() => alertMail({ ...group, worst: Number.NaN }))
      .to.throw(OperatorError)
      .that.includes({ code: 'MAIL_VALUE_INVALID' });
  });
});

describe('groupBreaches', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 5, 8, 0, second));

  it('makes one group of each patient, attribute and direction', () => {
    const groups = groupBreaches(
      [
        breach({ at: at(1) }),
        breach({ at: at(2), direction: 'low', value: 100 }),
        breach({ at: at(3), attribute: 'heartBeat' }),
        breach({ at: at(4), customerId: 4 }),
        breach({ at: at(5) }),
      ],
      (customerId) => `Ward of ${customerId}`,
    );
    expect(groups.map((found) => [found.customerId, found.attribute, found.direction, found.count])).to.deep.equal([
      [3, 'bp', 'high', 2],
      [3, 'bp', 'low', 1],
      [3, 'heartBeat', 'high', 1],
      [4, 'bp', 'high', 1],
    ]);
    expect(groups[3]?.ward).to.equal('Ward of 4');
  });

  it('spans from the first to the last time, whatever the order of arrival', () => {
    const [found] = groupBreaches([breach({ at: at(5) }), breach({ at: at(1) }), breach({ at: at(9) })], () => 'W');
    expect([found?.firstAt, found?.lastAt]).to.deep.equal([at(1), at(9)]);
  });

  it('tells the value that is furthest out in its direction', () => {
    const worst = (direction: 'low' | 'high', values: readonly number[]) =>
      groupBreaches(
        values.map((value, index) => breach({ at: at(index), direction, value })),
        () => 'W',
      )[0]?.worst;
    expect(worst('high', [190, 211, 185])).to.equal(211);
    expect(worst('low', [120, 88, 140])).to.equal(88);
  });

  it('takes value, band and severity from the most severe breach together', () => {
    const mild = breach({ at: at(1), value: 215, upper: 180 });
    const critical = breach({ at: at(2), value: 210, upper: 200, severity: 'critical' });
    for (const order of [
      [mild, critical],
      [critical, mild],
    ]) {
      expect(groupBreaches(order, () => 'W')[0]).to.include({ severity: 'critical', worst: 210, upper: 200, count: 2 });
    }
  });
});
