import { expect } from 'chai';
import { DEFAULT_POLL_PACE, LONGEST_NAP_MS, PollPacer } from '../../../src/streaming/foreach-batch/poll-pacer.ts';

const { maxMs } = DEFAULT_POLL_PACE;
// What a question and what a wake-up take.
const CALL_MS = 1;
const WAKE_MS = 5;

/** A client on a clock of the test's own: it asks, rests, and is woken from rests; batches come when the test says. */
class Client {
  readonly pacer = new PollPacer(DEFAULT_POLL_PACE);
  now = 0;
  questions = 0;

  /** Lets the clock go on until a batch that comes at `time` has been found; returns how late that was. */
  find(time: number): number {
    while (this.now < time) {
      const pause = this.pacer.delay(this.now);
      const slept = this.now + pause;
      this.now = slept > time && pause > LONGEST_NAP_MS ? time + WAKE_MS : slept;
      this.#ask();
    }
    this.pacer.batchSeen(this.now);
    return this.now - time;
  }

  /** Nothing comes for so long; returns how many questions were asked. */
  idle(ms: number): number {
    const before = this.questions;
    for (const end = this.now + ms; this.now < end; this.#ask()) this.now += this.pacer.delay(this.now);
    return this.questions - before;
  }

  #ask(): void {
    this.now += CALL_MS;
    this.questions++;
  }
}

/** A client that has found batches at these times. */
function after(...times: number[]): Client {
  const client = new Client();
  for (const time of times) client.find(time);
  return client;
}

describe('poll pacer', () => {
  it('asks an idle query less than twice a second, whatever its rhythm was', () => {
    expect(after().idle(60_000)).to.be.at.most(60);
    expect(after(700).idle(60_000)).to.be.at.most(60);
    for (const interval of [20, 200, 1_000, 1_400, 10_000]) {
      const client = after(...Array.from({ length: 20 }, (_, i) => (i + 1) * interval));
      // Until it counts as idle.
      client.idle(Math.max(500, 3 * interval));
      expect(client.idle(60_000), `after a batch every ${interval} ms`).to.be.below(65);
    }
  });

  it('asks seldom enough in five idle minutes for a proxy that allows 5,000 requests', () => {
    expect(after(1_000, 1_200, 1_400).idle(300_000)).to.be.below(600);
  });

  for (const interval of [50, 200, 1_000, 1_400, 2_000, 10_000, 600_000]) {
    it(`finds a batch that comes every ${interval} ms within 30 ms, without asking often`, () => {
      const client = new Client();
      const late = Array.from({ length: 30 }, (_, i) => client.find((i + 1) * interval));
      expect(Math.max(...late)).to.be.at.most(30);
      const before = client.questions;
      client.find(31 * interval);
      expect(client.questions - before).to.be.at.most(Math.max(40, (2 * interval) / maxMs));
    });
  }

  it('finds a batch after a long silence, and those that follow it in a hurry', () => {
    const client = after(100, 200, 300);
    const late = [600_000, 600_100, 600_200, 600_300, 600_400].map((time) => client.find(time));
    expect(Math.max(...late)).to.be.at.most(30);
  });

  it('leaves it to the server to tell of a batch where questions may be asked rarely only', () => {
    const pacer = new PollPacer({ minMs: 400, maxMs: 1_000 });
    for (let now = 0; now < 5_000; now += 200) {
      pacer.batchSeen(now);
      expect(pacer.delay(now + 10)).to.be.within(400, 1_000);
    }
  });
});
