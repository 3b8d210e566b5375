import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import type { CallSignal } from '../../client/connect-options.ts';
import type { SessionClient } from '../../client/session-client.ts';
import { StreamingForeachFunctionSchema } from '../../gen/spark/connect/commands_pb.js';
import type { Relation } from '../../gen/spark/connect/relations_pb.js';
import { keepHandlerFailure } from '../query-failure.ts';
import { type StreamSpecification, startStream } from '../start-stream.ts';
import { StreamingQuery } from '../streaming-query.ts';
import { DEFAULT_LEASE_TIMEOUT_MS, type ForeachBatchOptions } from './options.ts';
import { functionExpression, pickleOfExpression } from './pickle.ts';
import { DEFAULT_POLL_PACE } from './poll-pacer.ts';
import { withServerPython } from './python-version.ts';
import { type BatchHandler, Rendezvous } from './rendezvous.ts';

let shim: string | undefined;
function shimSource(): string {
  shim ??= readFileSync(new URL('./shim.py', import.meta.url), 'utf8');
  return shim;
}

// Spark's PythonEvalType for a function that is no column expression.
const NON_UDF = 0;

/**
 * Starts a query whose batches are handled in this process. At least once: Spark commits a batch after the handler has
 * resolved, and gives it again, with the same id and rows, to whoever restarts the query from its checkpoint.
 *
 * @throws SparkConnectError `unsupported` where the server cannot run the Python function that stands in for the handler.
 */
export async function startForeachBatch(
  client: SessionClient,
  input: Relation,
  specification: StreamSpecification,
  handler: BatchHandler,
  { signal, ...options }: ForeachBatchOptions & CallSignal = {},
): Promise<StreamingQuery> {
  const leaseTimeoutMs = options.leaseTimeoutMs ?? DEFAULT_LEASE_TIMEOUT_MS;
  // A prefix of its own for every start: an older query that still waits in the same session must not take our answers.
  const prefix = `spark.connect.node.foreachBatch.${randomUUID()}`;
  const globals = { PREFIX: prefix, LEASE_TIMEOUT: leaseTimeoutMs / 1000 };
  const command = pickleOfExpression(functionExpression(shimSource(), 'handle', globals));
  const start = (pythonVer: string) =>
    startStream(client, input, specification, {
      signal,
      foreachBatch: create(StreamingForeachFunctionSchema, {
        function: { case: 'pythonFunction', value: { evalType: NON_UDF, command, pythonVer } },
      }),
    });
  const started = await withServerPython(client, options.pythonVersion, start, { signal });
  const pace = {
    minMs: options.minPollIntervalMs ?? DEFAULT_POLL_PACE.minMs,
    maxMs: options.maxPollIntervalMs ?? DEFAULT_POLL_PACE.maxMs,
  };
  // The shim looks whether its query was stopped; before this is known, it waits for its lease to run out.
  const told = client.conf.set(`${prefix}.query`, `${started.id} ${started.runId}`).catch((error: unknown) => {
    client.logger.warn(`query ${started.id} may be slow to stop: ${String(error)}`);
  });
  const onFailure = (error: unknown) => keepHandlerFailure(client, started.runId, error);
  const rendezvous = new Rendezvous(client, prefix, handler, { leaseTimeoutMs, pace, onFailure });
  const query = new StreamingQuery(client, started, rendezvous);
  // Without this process the query is of no use; Spark 3.5 would not end it with the session.
  const withdraw = client.beforeClose(() => query.stop());
  rendezvous.finished.catch(() => undefined).finally(withdraw);
  await told;
  // Only now that its batches are handled: a listener may take longer than the lease lasts.
  await started.tellListeners();
  return query;
}
