import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  completePolicy,
  DEFAULT_RETRY_POLICY,
  pause,
  type RetryPolicy,
  RetryState,
  STREAMING_RETRY_POLICY,
} from '../../../src/client/retry-policy.ts';
import { SparkConnectError } from '../../../src/errors.ts';

function schedule(policy: RetryPolicy, random: () => number): number[] {
  const state = new RetryState(policy, random);
  const pauses: number[] = [];
  for (let next = state.next(); next !== undefined; next = state.next()) pauses.push(next);
  return pauses;
}

describe('retry policy', () => {
  it("grows fourfold from 50 ms to a minute, fifteen times, as Spark's own clients do", () => {
    const long = Array.from({ length: 9 }, () => 60_000);
    expect(schedule(DEFAULT_RETRY_POLICY, () => 0)).to.deep.equal([50, 200, 800, 3_200, 12_800, 51_200, ...long]);
  });

  it('keeps a streaming driver waiting for between 20 and 40 seconds in all', () => {
    const sum = (random: number) => schedule(STREAMING_RETRY_POLICY, () => random).reduce((a, b) => a + b, 0);
    expect(sum(0)).to.be.within(20_000, 40_000);
    expect(sum(1)).to.be.within(20_000, 40_000);
  });

  it('adds jitter to long pauses only, and never more than the policy says', () => {
    const none = schedule(DEFAULT_RETRY_POLICY, () => 0);
    const most = schedule(DEFAULT_RETRY_POLICY, () => 0.999);
    none.forEach((pause, i) => {
      const added = (most[i] ?? 0) - pause;
      if (pause < DEFAULT_RETRY_POLICY.minJitterThresholdMs) expect(added).to.equal(0);
      else expect(added).to.be.closeTo(0.999 * DEFAULT_RETRY_POLICY.jitterMs, 1e-6);
    });
  });

  it("never undercuts the server's wish, and never shortens its own pause for it", () => {
    const state = new RetryState(DEFAULT_RETRY_POLICY, () => 0);
    expect(state.next(1_500)).to.equal(1_500);
    expect(state.next(10)).to.equal(200);
    expect(state.next(70_000)).to.equal(70_000);
  });

  it("follows the server's wish for ten minutes and no longer, or as long as the policy says", () => {
    const state = new RetryState({ ...DEFAULT_RETRY_POLICY, jitterMs: 0 });
    expect(state.next(1e12)).to.equal(600_000);
    expect(state.next(Number.POSITIVE_INFINITY)).to.equal(600_000);
    expect(new RetryState({ ...DEFAULT_RETRY_POLICY, maxServerDelayMs: 70 }).next(1e12)).to.equal(70);
  });

  it('differs from the default in what is given', () => {
    const policy = completePolicy('retryPolicy', { maxRetries: 3, jitterMs: undefined as never }, DEFAULT_RETRY_POLICY);
    expect(policy).to.deep.equal({ ...DEFAULT_RETRY_POLICY, maxRetries: 3 });
    expect(completePolicy('retryPolicy', undefined, STREAMING_RETRY_POLICY)).to.deep.equal(STREAMING_RETRY_POLICY);
    const endless = { maxRetries: Number.POSITIVE_INFINITY };
    expect(completePolicy('retryPolicy', endless, DEFAULT_RETRY_POLICY)).to.include(endless);
  });

  for (const wrong of [
    { maxRetries: -1 },
    { initialBackoffMs: Number.NaN },
    { maxBackoffMs: '5' as never },
    { backoffMultiplier: Number.POSITIVE_INFINITY },
  ]) {
    it(`refuses ${inspect(wrong)}`, () => {
      const [part] = Object.keys(wrong);
      expect(() => completePolicy('streamingRetryPolicy', wrong, STREAMING_RETRY_POLICY))
        .to.throw(SparkConnectError, `streamingRetryPolicy.${part}`)
        .with.property('code', 'invalid-argument');
    });
  }

  it('ends after the last attempt, whatever the server wishes', () => {
    const state = new RetryState({ ...DEFAULT_RETRY_POLICY, maxRetries: 1 }, () => 0);
    expect(state.next()).to.equal(50);
    expect(state.next(10)).to.equal(undefined);
  });

  it('begins anew after progress', () => {
    const state = new RetryState({ ...DEFAULT_RETRY_POLICY, maxRetries: 2 }, () => 0);
    state.next();
    state.next();
    state.reset();
    expect([state.next(), state.next(), state.next()]).to.deep.equal([50, 200, undefined]);
  });
});

describe('pause', () => {
  it('does not end at once since it is too long for a timer', async () => {
    const end = AbortSignal.timeout(20);
    expect(await pause(1e12, end).catch((error: unknown) => error)).to.equal(end.reason);
  });

  it("ends at once with the reason of whichever signal fires, and leaves no listener on the others'", async () => {
    const long = new AbortController();
    const short = new AbortController();
    let listeners = 0;
    const add = long.signal.addEventListener.bind(long.signal);
    const remove = long.signal.removeEventListener.bind(long.signal);
    long.signal.addEventListener = (...parameters: Parameters<typeof add>) => {
      listeners++;
      add(...parameters);
    };
    long.signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
      listeners--;
      remove(...parameters);
    };
    const waiting = pause(60_000, long.signal, undefined, short.signal);
    expect(listeners).to.equal(1);
    const reason = new Error('enough');
    short.abort(reason);
    expect(await waiting.catch((error: unknown) => error)).to.equal(reason);
    expect(listeners).to.equal(0);
    await pause(0, long.signal);
    expect(listeners).to.equal(0);
  });

  it('does not begin where a signal has fired already', async () => {
    const reason = new Error('before');
    expect(await pause(60_000, AbortSignal.abort(reason)).catch((error: unknown) => error)).to.equal(reason);
  });
});
