import { expect } from 'chai';
import type { SessionEndpoint } from '../../../jobs/targets/session-api.ts';
import { SessionToken } from '../../../jobs/targets/session-token.ts';

const MINUTE = 60_000;

describe("a session's token", () => {
  let now: number;
  let fetched: number;
  let failing: Error | undefined;
  let warnings: string[];

  const endpoint = (lifetimeMs: number): SessionEndpoint => ({
    address: 'host',
    token: `t${fetched}`,
    expiresAt: new Date(now + lifetimeMs),
  });
  const make = (lifetimeMs: number) =>
    new SessionToken('s-1', endpoint(lifetimeMs), {
      fetch: async () => {
        fetched++;
        if (failing) throw failing;
        return endpoint(lifetimeMs);
      },
      now: () => now,
      warn: (text) => warnings.push(text),
    });
  const tokenOf = async (token: SessionToken) => (await token.get())['x-aws-proxy-auth'];
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    now = 1_000_000;
    fetched = 0;
    failing = undefined;
    warnings = [];
  });

  it('comes with the id of the session, and stays until five minutes before it ends', async () => {
    const token = make(60 * MINUTE);
    expect(token.get()).to.deep.equal({ 'x-aws-proxy-auth': 't0', authorization: 's-1' });
    now += 55 * MINUTE - 1;
    expect(await tokenOf(token)).to.equal('t0');
    expect(fetched).to.equal(0);
    now += 1;
    // Nobody waits while the old one is good.
    expect(token.get()).to.deep.include({ 'x-aws-proxy-auth': 't0' });
    await settle();
    expect(await tokenOf(token)).to.equal('t1');
    expect(fetched).to.equal(1);
  });

  it('is renewed half-way where it is given for a short time', async () => {
    const token = make(6 * MINUTE);
    now += 3 * MINUTE - 1;
    token.get();
    expect(fetched).to.equal(0);
    now += 1;
    token.get();
    expect(fetched).to.equal(1);
  });

  it('is fetched once for all calls that wait for it', async () => {
    const token = make(60 * MINUTE);
    now += 61 * MINUTE;
    const all = await Promise.all([tokenOf(token), tokenOf(token), tokenOf(token)]);
    expect(all).to.deep.equal(['t1', 't1', 't1']);
    expect(fetched).to.equal(1);
  });

  it('goes on while no new one is to be had, with a warning that shows no token, until it has ended', async () => {
    const token = make(60 * MINUTE);
    failing = new Error('Rate exceeded');
    now += 55 * MINUTE;
    expect(await tokenOf(token)).to.equal('t0');
    await settle();
    expect(await tokenOf(token)).to.equal('t0');
    expect(fetched, 'not asked again at once').to.equal(1);
    expect(warnings).to.deep.equal(['no new token of the session yet (the old one is good for 300 s): Rate exceeded']);
    now += 5 * MINUTE;
    expect(await tokenOf(token).catch((error: Error) => error.message)).to.equal('Rate exceeded');
    const asked = fetched;
    expect(await tokenOf(token).catch((error: Error) => error.message)).to.equal('Rate exceeded');
    expect(fetched, 'asked once in two seconds').to.equal(asked);
    failing = undefined;
    now += 2_000;
    expect(await tokenOf(token)).to.equal(`t${fetched}`);
  });

  it('is replaced when the proxy refuses it, though not again and again', async () => {
    const token = make(60 * MINUTE);
    now += 10_000;
    token.refused();
    expect(await tokenOf(token)).to.equal('t1');
    token.refused();
    expect(await tokenOf(token)).to.equal('t1');
    now += 2_000;
    token.refused();
    expect(await tokenOf(token)).to.equal('t2');
  });
});
