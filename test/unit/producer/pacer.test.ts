import { expect } from 'chai';
import { pacer } from '../../../producer/pacer.ts';
import { parseInterval } from '../../../settings/index.ts';

describe('the pacer', () => {
  it('sets no pace without an interval, and lets nothing through after the signal', async () => {
    const controller = new AbortController();
    const due = pacer(0, controller.signal);
    expect(await due()).to.equal(Number.POSITIVE_INFINITY);
    controller.abort();
    expect(await due()).to.equal(0);
  });

  it('ends its wait at the signal', async () => {
    const controller = new AbortController();
    const due = pacer(60_000, controller.signal);
    expect(await due()).to.equal(1);
    const waiting = due();
    controller.abort();
    expect(await waiting).to.equal(0);
  });

  it('lets through what fell due while its caller was busy, and starts anew after a stall', async () => {
    let now = 0;
    const due = pacer(2, new AbortController().signal, () => now);
    expect(await due()).to.equal(1);
    now = 7;
    expect(await due(), 'of 2, 4 and 6 ms').to.equal(3);
    now = 8;
    expect(await due()).to.equal(1);
    now = 500;
    expect(await due(), 'after a stall').to.equal(1);
    now = 502;
    expect(await due()).to.equal(1);
  });

  it('keeps due what was not taken, so that the ends of pages cost no pace', async () => {
    let now = 0;
    const due = pacer(1, new AbortController().signal, () => now);
    let sent = 0;
    let unused = 0;
    for (now = 0; now <= 5_000; now += 25) {
      const most = await due(unused);
      // A page has 70 rows.
      const taken = Math.min(most, 70 - (sent % 70));
      sent += taken;
      unused = most - taken;
    }
    expect(sent).to.be.within(4_970, 5_001);
  });

  it('takes less than a millisecond between two messages for what it is', async () => {
    let now = 0;
    const due = pacer(parseInterval('0.1ms', '--interval'), new AbortController().signal, () => now);
    expect(await due()).to.equal(1);
    now = 20.05;
    expect(await due()).to.equal(200);
  });
});
