import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type ExecutionProgress, ProgressHandlers } from '../../../src/client/progress-handlers.ts';
import { ExecutePlanResponse_ExecutionProgressSchema } from '../../../src/gen/spark/connect/base_pb.js';

describe('progress handlers', () => {
  const told = create(ExecutePlanResponse_ExecutionProgressSchema, {
    numInflightTasks: 2n,
    stages: [{ stageId: 1n, numTasks: 4n, numCompletedTasks: 2n, inputBytesRead: 100n, done: false }],
  });

  it('are told of stages, and of the end', () => {
    const seen: ExecutionProgress[] = [];
    const handlers = new ProgressHandlers(() => {});
    handlers.add((progress) => seen.push(progress));
    handlers.report('op', told);
    handlers.report('op', undefined);
    expect(seen).to.deep.equal([
      {
        operationId: 'op',
        inflightTasks: 2n,
        done: false,
        stages: [{ stageId: 1n, tasks: 4n, completedTasks: 2n, inputBytes: 100n, done: false }],
      },
      { operationId: 'op', inflightTasks: 0n, done: true, stages: [] },
    ]);
  });

  it('may be async, and are as harmless when they reject', async () => {
    const errors: unknown[] = [];
    const handlers = new ProgressHandlers((error) => errors.push(error));
    const failure = new Error('no');
    handlers.add(async () => Promise.reject(failure));
    handlers.report('op', undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).to.deep.equal([failure]);
  });

  it('do not keep each other from hearing when one throws', () => {
    const errors: unknown[] = [];
    const seen: boolean[] = [];
    const handlers = new ProgressHandlers((error) => errors.push(error));
    const failing = () => {
      throw new Error('no');
    };
    handlers.add(failing);
    handlers.add(({ done }) => seen.push(done));
    handlers.report('op', told);
    handlers.remove(failing);
    handlers.report('op', undefined);
    handlers.clear();
    handlers.report('op', undefined);
    expect([errors.length, seen]).to.deep.equal([1, [false, true]]);
  });
});
