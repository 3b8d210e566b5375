import { randomUUID } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, status } from '@grpc/grpc-js';
import {
  AnalyzePlanRequestSchema,
  AnalyzePlanResponseSchema,
  ReleaseSessionRequestSchema,
  ReleaseSessionResponseSchema,
} from '../../packages/spark-connect/src/gen/spark/connect/base_pb.js';

const CALL_LIMIT_MS = 10_000;
const SERVICE = '/spark.connect.SparkConnectService';

/**
 * Asks a Spark Connect server for its version: the smallest call that needs a working session.
 *
 * @param address host:port
 * @throws the gRPC error while it does not answer
 */
export async function askSparkVersion(address: string, signal: AbortSignal): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  const session = { sessionId: randomUUID(), userContext: { userId: 'stack' } };
  try {
    const request = create(AnalyzePlanRequestSchema, {
      ...session,
      analyze: { case: 'sparkVersion', value: {} },
    });
    const { result } = await call(client, 'AnalyzePlan', signal, toBinary(AnalyzePlanRequestSchema, request), (bytes) =>
      fromBinary(AnalyzePlanResponseSchema, bytes),
    );
    await releaseSession(
      client,
      toBinary(ReleaseSessionRequestSchema, create(ReleaseSessionRequestSchema, session)),
      signal,
    );
    return result.case === 'sparkVersion' ? result.value.version : '';
  } finally {
    client.close();
  }
}

/** Leaves no session behind; Spark 3.5 has no such call and lets sessions expire. */
async function releaseSession(client: Client, request: Uint8Array, signal: AbortSignal): Promise<void> {
  try {
    await call(client, 'ReleaseSession', signal, request, (bytes) => fromBinary(ReleaseSessionResponseSchema, bytes));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === status.UNIMPLEMENTED)) throw error;
  }
}

function call<Response>(
  client: Client,
  method: string,
  signal: AbortSignal,
  request: Uint8Array,
  decode: (bytes: Uint8Array) => Response,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const running = client.makeUnaryRequest(
      `${SERVICE}/${method}`,
      (bytes: Uint8Array) => Buffer.from(bytes),
      decode,
      request,
      { deadline: Date.now() + CALL_LIMIT_MS },
      (error, response) => {
        signal.removeEventListener('abort', cancel);
        if (error !== null) reject(error);
        else if (response === undefined) reject(new Error(`${method} was answered with nothing`));
        else resolve(response);
      },
    );
    const cancel = () => running.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}
