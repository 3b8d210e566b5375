import { expect } from 'chai';
import type { SessionClient } from '../../../src/client/session-client.ts';
import { endedByStop, keepOwnRun } from '../../../src/streaming/own-runs.ts';

describe('runs that are handled in this process', () => {
  let client: SessionClient;
  beforeEach(() => {
    client = {} as SessionClient;
  });

  it('tell when they are over whether a stop ended them, and nothing of those of other sessions', async () => {
    let end: (wasStopped: boolean) => void = () => {};
    keepOwnRun(client, 'r1', new Promise((resolve) => (end = resolve)));
    keepOwnRun(client, 'r2', Promise.resolve(false));
    const asked = endedByStop(client, 'r1');
    end(true);
    expect([await asked, await endedByStop(client, 'r2'), await endedByStop(client, 'r3')]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect(await endedByStop({} as SessionClient, 'r1')).to.equal(false);
  });

  it('are kept while they live, and a hundred of those that have ended', async () => {
    let end: (wasStopped: boolean) => void = () => {};
    keepOwnRun(client, 'alive', new Promise((resolve) => (end = resolve)));
    for (let i = 0; i < 101; i++) keepOwnRun(client, `r${i}`, Promise.resolve(true));
    expect(await endedByStop(client, 'r1')).to.equal(true);
    expect(await endedByStop(client, 'r0')).to.equal(false);
    end(true);
    expect(await endedByStop(client, 'alive')).to.equal(true);
  });
});
