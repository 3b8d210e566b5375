/** A server that is gone without a word: its machine is off, or the line to it is dead. */

import { createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { PlanSchema } from '../../../src/gen/spark/connect/base_pb.js';
import { FakeServer } from './fake-server.ts';

/** Passes everything on until it dies: then nothing passes any more, and nobody is told. */
class DyingLine {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isDead = false;
  port = 0;

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = openSocket(port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes) => {
          if (!this.#isDead) to.write(bytes);
        });
        from.on('error', () => {});
      }
    });
  }

  static async to(address: string): Promise<DyingLine> {
    const line = new DyingLine(Number(address.split(':').at(-1)));
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    const bound = line.#server.address();
    line.port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    return line;
  }

  die(): void {
    this.#isDead = true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe('a server that is gone without a word', () => {
  const once = {
    maxRetries: 0,
    initialBackoffMs: 1,
    maxBackoffMs: 1,
    backoffMultiplier: 1,
    jitterMs: 0,
    minJitterThresholdMs: 1_000,
  };

  it('is noticed by its silence to a ping while an execution waits for it', async () => {
    const server = await FakeServer.start({ send: [1], ending: 'wait' });
    const line = await DyingLine.to(server.address);
    const client = await SessionClient.connect({
      remote: `sc://127.0.0.1:${line.port}`,
      keepAlive: { intervalMs: 100, timeoutMs: 100 },
      retryPolicy: once,
    });
    try {
      const responses = client.execute(create(PlanSchema));
      expect((await responses.next()).value).to.have.property('responseId', 'r1');
      line.die();
      const error = await responses.next().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(SparkConnectError).with.property('code', 'unavailable');
    } finally {
      client.disconnect();
      line.close();
      server.stop();
    }
  });
});
