import { expect } from 'chai';
import { alertLinkSettings, OperatorError } from '../../../settings/index.ts';

const SECRET = 'x'.repeat(32);
const given = { ALERT_LINK_URL: 'https://alerts.example.org/desk', ALERT_LINK_SECRET: SECRET };

describe('alertLinkSettings', () => {
  it('is nothing where nothing is set', () => {
    expect(alertLinkSettings({})).to.equal(undefined);
  });

  it('has an address that paths can follow, a secret that is not printed, and a day of lifetime', () => {
    const settings = alertLinkSettings(given);
    expect(settings).to.include({ url: 'https://alerts.example.org/desk/', lifetimeMs: 86_400_000 });
    expect(JSON.stringify(settings)).to.not.contain(SECRET);
    expect(alertLinkSettings({ ...given, ALERT_LINK_LIFETIME: '2h' })?.lifetimeMs).to.equal(7_200_000);
  });

  it('takes http for this machine only', () => {
    expect(alertLinkSettings({ ...given, ALERT_LINK_URL: 'http://127.0.0.1:8080' })?.url).to.equal(
      'http://127.0.0.1:8080/',
    );
  });

  for (const [wrong, variable] of [
    [{ ALERT_LINK_URL: 'http://alerts.example.org/' }, 'ALERT_LINK_URL'],
    [{ ALERT_LINK_URL: 'https://alerts.example.org/?a=1' }, 'ALERT_LINK_URL'],
    [{ ALERT_LINK_URL: 'ftp://alerts.example.org/' }, 'ALERT_LINK_URL'],
    [{ ALERT_LINK_URL: '' }, 'ALERT_LINK_URL'],
    [{ ALERT_LINK_SECRET: 'x'.repeat(31) }, 'ALERT_LINK_SECRET'],
    [{ ALERT_LINK_SECRET: '' }, 'ALERT_LINK_SECRET'],
    [{ ALERT_LINK_LIFETIME: '10s' }, 'ALERT_LINK_LIFETIME'],
  ] as const) {
    it(`refuses ${JSON.stringify(wrong).slice(0, 60)} and names the variable`, () => {
      expect(() => alertLinkSettings({ ...given, ...wrong }))
        .to.throw(OperatorError, variable)
        .that.includes({ exitCode: 2 });
    });
  }
});
