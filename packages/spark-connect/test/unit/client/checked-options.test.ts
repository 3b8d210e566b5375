import { inspect } from 'node:util';
import { expect } from 'chai';
import type { ConnectOptions } from '../../../src/client/connect-options.ts';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { FakeServer } from './fake-server.ts';

describe('the options of a connection', () => {
  const wrong: readonly (readonly [string, Omit<ConnectOptions, 'remote'>])[] = [
    ['connectTimeoutMs', { connectTimeoutMs: Number.NaN }],
    ['connectTimeoutMs', { connectTimeoutMs: 0 }],
    ['callTimeoutMs', { callTimeoutMs: -1 }],
    ['keepAlive.intervalMs', { keepAlive: { intervalMs: Number.NaN } }],
    ['keepAlive.timeoutMs', { keepAlive: { timeoutMs: '5' as never } }],
    ['preferredArrowChunkBytes', { preferredArrowChunkBytes: 1024.5 }],
    ['preferredArrowChunkBytes', { preferredArrowChunkBytes: Number.POSITIVE_INFINITY }],
    ['localRelationChunkBytes', { localRelationChunkBytes: 0 }],
    ['retryPolicy.maxRetries', { retryPolicy: { maxRetries: -1 } }],
    ['streamingRetryPolicy.jitterMs', { streamingRetryPolicy: { jitterMs: Number.NaN } }],
  ];
  for (const [name, options] of wrong) {
    it(`are refused before anybody is called: ${inspect(options)}`, async () => {
      const connecting = SessionClient.connect({ remote: 'sc://127.0.0.1:1', ...options });
      const error = await connecting.catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'invalid-argument');
      expect(String(error)).to.include(`${name} `);
    });
  }

  it('may have no limit of time, or a fraction of a millisecond', async () => {
    const server = await FakeServer.start();
    const endless = Number.POSITIVE_INFINITY;
    const keepAlive = { intervalMs: endless, timeoutMs: endless };
    for (const options of [
      { connectTimeoutMs: endless, callTimeoutMs: endless, keepAlive },
      { connectTimeoutMs: 1e12, callTimeoutMs: 1e12 },
      { connectTimeoutMs: 5_000.5, callTimeoutMs: 5_000.5 },
    ]) {
      const client = await SessionClient.connect({ remote: server.address, ...options });
      await client.conf.getOption('any');
      client.disconnect();
    }
    server.stop();
  });
});
