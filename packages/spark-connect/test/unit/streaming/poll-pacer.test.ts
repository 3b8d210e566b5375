import { expect } from 'chai';
import { DEFAULT_POLL_PACE, PollPacer } from '../../../src/streaming/foreach-batch/poll-pacer.ts';

const { minMs, maxMs } = DEFAULT_POLL_PACE;

/** Polls from `now` until `end`, each call taking a millisecond; returns the times of the questions. */
function pollUntil(pacer: PollPacer, now: number, end: number): number[] {
  const asked: number[] = [];
  for (let at = now + pacer.delay(now); at < end; at += 1 + pacer.delay(at + 1)) asked.push(at);
  return asked;
}

/** Lets batches come at these times, with polls in between; returns how late each was found and how many polls there were. */
function live(times: readonly number[]) {
  const pacer = new PollPacer(DEFAULT_POLL_PACE);
  const late: number[] = [];
  let now = 0;
  let polls = 0;
  for (const time of times) {
    polls += pollUntil(pacer, now, time).length;
    for (now = Math.max(now, pollUntil(pacer, now, time).at(-1) ?? now); now < time; now += 1 + pacer.delay(now))
      polls++;
    late.push(now - time);
    pacer.batchSeen(now);
  }
  return { late, polls, pacer, now };
}

describe('poll pacer', () => {
  it('asks an idle query ever more rarely, down to the bound', () => {
    const { pacer, now } = live([1_000, 1_200, 1_400]);
    const asked = pollUntil(pacer, now, now + 60_000);
    const pauses = asked.slice(1).map((at, i) => at - (asked[i] ?? 0));
    expect(Math.max(...pauses)).to.be.at.most(maxMs + 1.001);
    expect(pauses.slice(-100).every((pause) => pause > maxMs - 1)).to.equal(true);
  });

  it('asks seldom enough in five idle minutes for a proxy that allows 5,000 requests', () => {
    const { pacer, now } = live([1_000, 1_200, 1_400]);
    expect(pollUntil(pacer, now, now + 300_000).length).to.be.below(3_500);
  });

  for (const interval of [50, 200, 1_000, 10_000, 600_000]) {
    it(`finds a batch that comes every ${interval} ms soon, without asking often`, () => {
      const { late, pacer, now } = live(Array.from({ length: 30 }, (_, i) => (i + 1) * interval));
      const soon = Math.min(maxMs, Math.max(minMs, 0.03 * interval)) + 1;
      expect(Math.max(...late.slice(10))).to.be.at.most(soon);
      const asked = pollUntil(pacer, now, now + interval).length;
      expect(asked).to.be.at.most(Math.max(40, interval / maxMs));
    });
  }

  it('finds a batch after a long silence within the bound', () => {
    const { late } = live([100, 200, 300, 600_000]);
    expect(late.at(-1)).to.be.at.most(maxMs + 1);
  });

  it('hurries again once an idle query has work', () => {
    const { late } = live([100, 200, 300, 600_000, 600_100, 600_200, 600_300]);
    expect(Math.max(...late.slice(-2))).to.be.at.most(maxMs + 1);
  });
});
