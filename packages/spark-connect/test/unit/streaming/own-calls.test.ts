import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { callFor, isWithinCall } from '../../../src/streaming/own-calls.ts';

describe('calls of user code', () => {
  const owner = {};

  it('are known to what they call and await, and to nothing else', async () => {
    const seen: boolean[] = [];
    const call = callFor(owner, async () => {
      seen.push(isWithinCall(owner));
      await pause(5);
      await (async () => void seen.push(isWithinCall(owner)))();
      seen.push(isWithinCall({}));
    });
    expect(isWithinCall(owner)).to.equal(false);
    await call;
    expect(seen).to.deep.equal([true, true, false]);
    expect(isWithinCall(owner)).to.equal(false);
  });

  it('are over for what outlives them', async () => {
    let later: Promise<boolean> = Promise.resolve(true);
    await callFor(owner, () => {
      later = pause(5).then(() => isWithinCall(owner));
    });
    expect(await later).to.equal(false);
    await callFor(owner, () => Promise.reject(new Error('thrown'))).catch(() => undefined);
    expect(isWithinCall(owner)).to.equal(false);
  });

  it('are known to calls for others that they wait for', async () => {
    const seen = await callFor(owner, () => callFor({}, () => isWithinCall(owner)));
    expect(seen).to.equal(true);
  });
});
