import { expect } from 'chai';
import { silentLogger } from '../../../src/client/logger.ts';
import { STREAMING_RETRY_POLICY } from '../../../src/client/retry-policy.ts';
import type { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import type { Command } from '../../../src/gen/spark/connect/commands_pb.js';
import { type AttachedHandler, StreamingQuery } from '../../../src/streaming/streaming-query.ts';

/** A handler that notes what its query asks of it; a batch of it never ends. */
class NotingHandler implements AttachedHandler {
  readonly calls: string[] = [];
  readonly finished = new Promise<void>(() => {});
  readonly isCaller = false;
  readonly wasStopped = false;

  drain(): Promise<number> {
    this.calls.push('drain');
    return new Promise(() => {});
  }
  resume(): void {
    this.calls.push('resume');
  }
  waitsIn(): void {}
  wake(): void {}
  close(): void {
    this.calls.push('close');
  }
  async forget(): Promise<void> {
    this.calls.push('forget');
  }
}

describe('a query whose batches are handled here', () => {
  const identity = { id: 'i', runId: 'r', name: undefined };
  /** What each command of the program's own meets; the query's own wait lasts. */
  const clientThat = (meets: (command: Command) => never) =>
    ({
      logger: silentLogger,
      streamingRetryPolicy: STREAMING_RETRY_POLICY,
      runCommand: (command: Command, { isOwn }: { isOwn?: boolean }) =>
        isOwn ? new Promise(() => {}) : Promise.resolve().then(() => meets(command)),
    }) as unknown as SessionClient;

  it('keeps its handler when a wait for its end is interrupted, which tells nothing of the query', async () => {
    const interrupted = new SparkConnectError('aborted', 'canceled', { errorClass: 'OPERATION_CANCELED' });
    const handler = new NotingHandler();
    const client = clientThat(() => {
      throw interrupted;
    });
    const error = await new StreamingQuery(client, identity, handler).awaitTermination().catch((thrown) => thrown);
    expect(error).to.equal(interrupted);
    expect(handler.calls).to.deep.equal([]);
  });

  it('takes batches again when its stop is given up while it drains', async () => {
    const handler = new NotingHandler();
    const client = clientThat(({ commandType }) => {
      throw new Error(`${commandType.case} is not expected`);
    });
    const giveUp = new AbortController();
    const query = new StreamingQuery(client, identity, handler);
    const stopping = query.stop({ drainTimeoutMs: 60_000, signal: giveUp.signal }).catch((thrown) => thrown);
    const reason = new Error('not now');
    giveUp.abort(reason);
    expect(await stopping).to.equal(reason);
    expect(handler.calls).to.deep.equal(['drain', 'resume']);
  });
});
