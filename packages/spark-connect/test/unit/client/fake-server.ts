/** A real gRPC server that plays a Spark Connect server's part in an execution, response by response. */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import {
  AnalyzePlanRequestSchema,
  AnalyzePlanResponseSchema,
  ConfigRequestSchema,
  ConfigResponseSchema,
  type ExecutePlanRequest,
  ExecutePlanRequestSchema,
  type ExecutePlanResponse,
  ExecutePlanResponseSchema,
  InterruptRequestSchema,
  InterruptResponseSchema,
  type ReattachExecuteRequest,
  ReattachExecuteRequestSchema,
  type ReleaseExecuteRequest,
  ReleaseExecuteRequestSchema,
  ReleaseExecuteResponseSchema,
  ReleaseSessionRequestSchema,
  ReleaseSessionResponseSchema,
} from '../../../src/gen/spark/connect/base_pb.js';
import { serviceError } from './service-error.ts';

/** What the server does on one executePlan or reattachExecute: sends, then ends, fails, cuts the connection, or stays silent. */
export interface Turn {
  readonly send?: readonly number[];
  /** How many bytes of result each response carries. */
  readonly bytes?: number;
  readonly ending: 'complete' | 'end' | 'cut' | 'wait' | { readonly fail: grpc.ServiceError };
}

type Call = grpc.ServerWritableStream<ExecutePlanRequest | ReattachExecuteRequest, ExecutePlanResponse>;
type ConfigPairs = MessageInitShape<typeof ConfigResponseSchema>['pairs'];

export class FakeServer {
  readonly #grpc = new grpc.Server();
  readonly #turns: Turn[] = [];
  /** The calls in their order: `execute`, `reattach after r2`, `release until r2`, `release all`, `interrupt`. */
  readonly calls: string[] = [];
  readonly operationIds = new Set<string>();
  /** Errors that the next configuration calls get, before they succeed. */
  readonly configFailures: grpc.ServiceError[] = [];
  /** What every question for the version gets. */
  analyzeFailure: grpc.ServiceError | undefined;
  /** The header `x-token` of each configuration call. */
  readonly tokens: (string | undefined)[] = [];
  /** Answers to configuration calls. */
  configPairs: ConfigPairs = [];
  address = '';

  static async start(...turns: readonly Turn[]): Promise<FakeServer> {
    const server = new FakeServer();
    server.#turns.push(...turns);
    await server.#listen();
    return server;
  }

  stop(): void {
    this.#grpc.forceShutdown();
  }

  #answer(call: Call, name: string): void {
    this.calls.push(name);
    this.operationIds.add(call.request.operationId ?? '');
    const turn = this.#turns.shift();
    if (turn === undefined) {
      call.emit('error', serviceError(grpc.status.INTERNAL, `the test expects no ${name}`));
      return;
    }
    for (const id of turn.send ?? []) call.write(response(id, turn.bytes ?? 1));
    if (turn.ending === 'complete') call.write(completion());
    if (turn.ending === 'complete' || turn.ending === 'end') call.end();
    else if (turn.ending === 'cut') call.emit('error', serviceError(grpc.status.UNAVAILABLE, 'the connection was cut'));
    else if (turn.ending !== 'wait') call.emit('error', turn.ending.fail);
  }

  async #listen(): Promise<void> {
    const { calls } = this;
    this.#grpc.addService(service, {
      executePlan: (call: Call) => this.#answer(call, 'execute'),
      reattachExecute: (call: Call) => {
        const { lastResponseId } = call.request as ReattachExecuteRequest;
        this.#answer(call, lastResponseId === undefined ? 'reattach' : `reattach after ${lastResponseId}`);
      },
      releaseExecute: (call: { request: ReleaseExecuteRequest }, done: grpc.sendUnaryData<unknown>) => {
        const { release } = call.request;
        calls.push(release.case === 'releaseUntil' ? `release until ${release.value.responseId}` : 'release all');
        done(null, create(ReleaseExecuteResponseSchema));
      },
      config: (call: { metadata: grpc.Metadata }, done: grpc.sendUnaryData<unknown>) => {
        calls.push('config');
        this.tokens.push(call.metadata.get('x-token')[0]?.toString());
        const failure = this.configFailures.shift();
        if (failure) done(failure);
        else done(null, create(ConfigResponseSchema, { pairs: this.configPairs ?? [] }));
      },
      analyzePlan: (_call: unknown, done: grpc.sendUnaryData<unknown>) => {
        const version = create(AnalyzePlanResponseSchema, {
          result: { case: 'sparkVersion', value: { version: '4.1.1' } },
        });
        if (this.analyzeFailure) done(this.analyzeFailure);
        else done(null, version);
      },
      interrupt: (_call: unknown, done: grpc.sendUnaryData<unknown>) => {
        calls.push('interrupt');
        done(null, create(InterruptResponseSchema));
      },
      releaseSession: (_call: unknown, done: grpc.sendUnaryData<unknown>) => {
        calls.push('release session');
        done(null, create(ReleaseSessionResponseSchema));
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      this.#grpc.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    this.address = `sc://127.0.0.1:${port}`;
  }
}

function response(id: number, bytes: number) {
  return create(ExecutePlanResponseSchema, {
    responseId: `r${id}`,
    responseType: { case: 'arrowBatch', value: { rowCount: BigInt(id), data: new Uint8Array(bytes) } },
  });
}

function completion() {
  return create(ExecutePlanResponseSchema, { responseId: 'last', responseType: { case: 'resultComplete', value: {} } });
}

type Schema = Parameters<typeof create>[0];

function method(
  name: string,
  input: Schema,
  output: Schema,
  responseStream = false,
): grpc.MethodDefinition<unknown, unknown> {
  return {
    path: `/spark.connect.SparkConnectService/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: (message) => Buffer.from(toBinary(input, message as never)),
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: (message) => Buffer.from(toBinary(output, message as never)),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

const service = {
  executePlan: method('ExecutePlan', ExecutePlanRequestSchema, ExecutePlanResponseSchema, true),
  reattachExecute: method('ReattachExecute', ReattachExecuteRequestSchema, ExecutePlanResponseSchema, true),
  releaseExecute: method('ReleaseExecute', ReleaseExecuteRequestSchema, ReleaseExecuteResponseSchema),
  config: method('Config', ConfigRequestSchema, ConfigResponseSchema),
  analyzePlan: method('AnalyzePlan', AnalyzePlanRequestSchema, AnalyzePlanResponseSchema),
  interrupt: method('Interrupt', InterruptRequestSchema, InterruptResponseSchema),
  releaseSession: method('ReleaseSession', ReleaseSessionRequestSchema, ReleaseSessionResponseSchema),
};
