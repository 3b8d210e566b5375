import { expect } from 'chai';
import type { SessionClient } from '../../../src/client/session-client.ts';
import { SparkConnectError } from '../../../src/errors.ts';
import { asQueryFailure, handlerFailure, keepHandlerFailure } from '../../../src/streaming/query-failure.ts';

describe('the failure of a streaming query', () => {
  const runId = (i: number) => `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`;
  const reported = (code: 'execution' | 'query-failed', run: string) =>
    new SparkConnectError(code, `Query [id = x, runId = ${run}] terminated`, { errorClass: 'STREAM_FAILED' });
  let client: SessionClient;
  beforeEach(() => {
    client = {} as SessionClient;
  });

  it('has what the handler of its run threw as the cause', () => {
    for (const thrown of [new Error('mine'), 'a text']) {
      keepHandlerFailure(client, runId(1), thrown);
      for (const code of ['execution', 'query-failed'] as const)
        expect(asQueryFailure(client, reported(code, runId(1)))).to.include({
          code: 'query-failed',
          errorClass: 'STREAM_FAILED',
          cause: thrown,
        });
    }
    expect(handlerFailure({} as SessionClient, runId(1))).to.equal(undefined);
  });

  it("is the server's own where no handler here has failed", () => {
    keepHandlerFailure(client, runId(1), new Error('another'));
    const execution = reported('execution', runId(2));
    expect(asQueryFailure(client, execution)).to.include({ code: 'query-failed', cause: execution });
    for (const own of [reported('query-failed', runId(2)), new SparkConnectError('unavailable', 'gone'), 'text'])
      expect(asQueryFailure(client, own)).to.equal(own);
  });

  it('is kept for the last hundred runs', () => {
    for (let i = 0; i < 101; i++) keepHandlerFailure(client, runId(i), i);
    expect([0, 1, 100].map((i) => handlerFailure(client, runId(i))?.error)).to.deep.equal([undefined, 1, 100]);
  });
});
