import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { silentLogger } from '../../../src/client/logger.ts';
import { STREAMING_RETRY_POLICY } from '../../../src/client/retry-policy.ts';
import type { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { ExecutePlanResponseSchema } from '../../../src/gen/spark/connect/base_pb.js';
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

  it('is waited for, and keeps its handler, where the server let go of the question', async () => {
    const forgotten = new SparkConnectError('aborted', 'gone', { errorClass: 'INVALID_HANDLE.OPERATION_ABANDONED' });
    const limits: (bigint | undefined)[] = [];
    const handler = new NotingHandler();
    /** The operations in which the query waits for its own end. */
    const own: string[] = [];
    const client = {
      logger: silentLogger,
      streamingRetryPolicy: STREAMING_RETRY_POLICY,
      runCommand: async ({ commandType }: Command, { operationId }: { operationId?: string }) => {
        if (operationId !== undefined && own.push(operationId) > 1) return new Promise(() => {});
        if (operationId !== undefined) throw forgotten;
        if (commandType.case !== 'streamingQueryCommand') throw new Error('no command of a query');
        const { command } = commandType.value;
        if (command.case === 'awaitTermination') limits.push(command.value.timeoutMs);
        if (limits.length === 1) throw forgotten;
        const resultType = { case: 'awaitTermination' as const, value: { terminated: false } };
        const value = { resultType };
        return [
          create(ExecutePlanResponseSchema, { responseType: { case: 'streamingQueryCommandResult' as const, value } }),
        ];
      },
    } as unknown as SessionClient;
    expect(await new StreamingQuery(client, identity, handler).awaitTermination(60_000)).to.equal(false);
    expect(limits).to.have.lengthOf(2);
    expect(Number(limits[1])).to.be.within(50_000, 60_000);
    expect(new Set(own).size).to.equal(2);
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
