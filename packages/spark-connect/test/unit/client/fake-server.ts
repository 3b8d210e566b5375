/** A real gRPC server that plays a Spark Connect server's part in an execution, response by response. */
import { EventEmitter, once } from 'node:events';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import {
  type AddArtifactsRequest,
  AddArtifactsRequestSchema,
  AddArtifactsResponseSchema,
  AnalyzePlanRequestSchema,
  AnalyzePlanResponseSchema,
  ArtifactStatusesRequestSchema,
  ArtifactStatusesResponseSchema,
  CloneSessionRequestSchema,
  CloneSessionResponseSchema,
  ConfigRequestSchema,
  ConfigResponseSchema,
  type ExecutePlanRequest,
  ExecutePlanRequestSchema,
  type ExecutePlanResponse,
  ExecutePlanResponseSchema,
  type FetchErrorDetailsRequest,
  FetchErrorDetailsRequestSchema,
  FetchErrorDetailsResponseSchema,
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
  /** Responses that are each written when the line has taken the one before; {@link FakeServer.flowed} counts them. */
  readonly flow?: Iterable<ExecutePlanResponse>;
  readonly ending: 'complete' | 'end' | 'cut' | 'wait' | { readonly fail: grpc.ServiceError };
}

type Call = grpc.ServerWritableStream<ExecutePlanRequest | ReattachExecuteRequest, ExecutePlanResponse>;
type ConfigPairs = MessageInitShape<typeof ConfigResponseSchema>['pairs'];

type ArtifactCall = grpc.ServerReadableStream<AddArtifactsRequest, unknown>;

export class FakeServer {
  readonly #grpc = new grpc.Server();
  readonly #turns: Turn[] = [];
  readonly #unanswered = new EventEmitter();
  /** From now on no call is answered. */
  hangs = false;
  /** The calls in their order: `execute`, `reattach after r2`, `release until r2`, `release all`, `interrupt`. */
  readonly calls: string[] = [];
  readonly operationIds = new Set<string>();
  /** Errors that the next configuration calls get, before they succeed. */
  readonly configFailures: grpc.ServiceError[] = [];
  /** What every question for the version gets. */
  analyzeFailure: grpc.ServiceError | 'silence' | undefined;
  /** What every interrupt gets. */
  interruptFailure: grpc.ServiceError | undefined;
  /** The header `authorization` of the last question for the version. */
  authorization: string | undefined;
  /** What the server keeps of errors. */
  errorDetails: MessageInitShape<typeof FetchErrorDetailsResponseSchema> | grpc.ServiceError = {};
  /** What came in calls that add artifacts. */
  readonly artifactRequests: AddArtifactsRequest[] = [];
  /** The version that the server says it has. */
  version = '4.1.1';
  /** The last request to execute. */
  request: ExecutePlanRequest | undefined;
  /** The header `x-token` of each configuration call. */
  readonly tokens: (string | undefined)[] = [];
  /** Answers to configuration calls. */
  configPairs: ConfigPairs = [];
  address = '';
  /** How many responses the line has taken of a turn's flow, or holds for it. */
  flowed = 0;

  static async start(...turns: readonly Turn[]): Promise<FakeServer> {
    const server = new FakeServer();
    server.#turns.push(...turns);
    await server.#listen(grpc.ServerCredentials.createInsecure());
    return server;
  }

  /** @param pem its private key and certificate, for a line with TLS */
  static async startSecure(pem: { readonly key: Buffer; readonly certificate: Buffer }): Promise<FakeServer> {
    const server = new FakeServer();
    const pair = { private_key: pem.key, cert_chain: pem.certificate };
    await server.#listen(grpc.ServerCredentials.createSsl(null, [pair]));
    return server;
  }

  /** What it does on the next execution. */
  turn(turn: Turn): void {
    this.#turns.push(turn);
  }

  /** Tells the name of each call that it does not answer. @returns ends that */
  onUnanswered(told: (name: string) => void): () => void {
    this.#unanswered.on('call', told);
    return () => this.#unanswered.off('call', told);
  }

  stop(): void {
    this.#grpc.forceShutdown();
  }

  async #answer(call: Call, name: string): Promise<void> {
    this.calls.push(name);
    this.operationIds.add(call.request.operationId ?? '');
    const turn = this.#turns.shift();
    if (turn === undefined) {
      call.emit('error', serviceError(grpc.status.INTERNAL, `the test expects no ${name}`));
      return;
    }
    for (const id of turn.send ?? []) call.write(response(id, turn.bytes ?? 1));
    for (const flowing of turn.flow ?? []) {
      this.flowed++;
      if (!call.write(flowing)) await once(call, 'drain');
    }
    if (turn.ending === 'complete') call.write(completion());
    if (turn.ending === 'complete' || turn.ending === 'end') call.end();
    else if (turn.ending === 'cut') call.emit('error', serviceError(grpc.status.UNAVAILABLE, 'the connection was cut'));
    else if (turn.ending !== 'wait') call.emit('error', turn.ending.fail);
  }

  async #listen(credentials: grpc.ServerCredentials): Promise<void> {
    const { calls } = this;
    const answers: grpc.UntypedServiceImplementation = {
      executePlan: (call: Call) => {
        this.request = call.request as ExecutePlanRequest;
        void this.#answer(call, 'execute');
      },
      reattachExecute: (call: Call) => {
        const { lastResponseId } = call.request as ReattachExecuteRequest;
        void this.#answer(call, lastResponseId === undefined ? 'reattach' : `reattach after ${lastResponseId}`);
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
      fetchErrorDetails: (call: { request: FetchErrorDetailsRequest }, done: grpc.sendUnaryData<unknown>) => {
        calls.push(`details of ${call.request.errorId}`);
        if (this.errorDetails instanceof Error) done(this.errorDetails);
        else done(null, create(FetchErrorDetailsResponseSchema, this.errorDetails));
      },
      analyzePlan: (call: { metadata: grpc.Metadata }, done: grpc.sendUnaryData<unknown>) => {
        const version = create(AnalyzePlanResponseSchema, {
          result: { case: 'sparkVersion', value: { version: this.version } },
        });
        this.authorization = call.metadata.get('authorization')[0]?.toString();
        // A server that hangs.
        if (this.analyzeFailure === 'silence') return;
        if (this.analyzeFailure) done(this.analyzeFailure);
        else done(null, version);
      },
      interrupt: (_call: unknown, done: grpc.sendUnaryData<unknown>) => {
        calls.push('interrupt');
        if (this.interruptFailure) return done(this.interruptFailure);
        done(null, create(InterruptResponseSchema));
      },
      releaseSession: (_call: unknown, done: grpc.sendUnaryData<unknown>) => {
        calls.push('release session');
        done(null, create(ReleaseSessionResponseSchema));
      },
      addArtifacts: (call: ArtifactCall, done: grpc.sendUnaryData<unknown>) => {
        call.on('data', (request) => this.artifactRequests.push(request));
        call.on('end', () => done(null, create(AddArtifactsResponseSchema)));
      },
      artifactStatus: unknownHere,
      cloneSession: unknownHere,
    };
    this.#grpc.addService(service, this.#unlessItHangs(answers));
    const port = await new Promise<number>((resolve, reject) => {
      this.#grpc.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    this.address = `sc://127.0.0.1:${port}`;
  }

  #unlessItHangs(answers: grpc.UntypedServiceImplementation): grpc.UntypedServiceImplementation {
    const entries = Object.entries(answers).map(([name, answer]) => [
      name,
      (...given: unknown[]) => {
        if (this.hangs) this.#unanswered.emit('call', name);
        else (answer as (...given: unknown[]) => void)(...given);
      },
    ]);
    return Object.fromEntries(entries);
  }
}

/** For calls that only a server that hangs is sent. */
function unknownHere(_call: unknown, done: grpc.sendUnaryData<unknown>): void {
  done(serviceError(grpc.status.UNIMPLEMENTED, 'the test expects no such call'));
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
  { requestStream = false, responseStream = false } = {},
): grpc.MethodDefinition<unknown, unknown> {
  return {
    path: `/spark.connect.SparkConnectService/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (message) => Buffer.from(toBinary(input, message as never)),
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: (message) => Buffer.from(toBinary(output, message as never)),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

const service = {
  executePlan: method('ExecutePlan', ExecutePlanRequestSchema, ExecutePlanResponseSchema, { responseStream: true }),
  reattachExecute: method('ReattachExecute', ReattachExecuteRequestSchema, ExecutePlanResponseSchema, {
    responseStream: true,
  }),
  releaseExecute: method('ReleaseExecute', ReleaseExecuteRequestSchema, ReleaseExecuteResponseSchema),
  config: method('Config', ConfigRequestSchema, ConfigResponseSchema),
  analyzePlan: method('AnalyzePlan', AnalyzePlanRequestSchema, AnalyzePlanResponseSchema),
  fetchErrorDetails: method('FetchErrorDetails', FetchErrorDetailsRequestSchema, FetchErrorDetailsResponseSchema),
  interrupt: method('Interrupt', InterruptRequestSchema, InterruptResponseSchema),
  releaseSession: method('ReleaseSession', ReleaseSessionRequestSchema, ReleaseSessionResponseSchema),
  addArtifacts: method('AddArtifacts', AddArtifactsRequestSchema, AddArtifactsResponseSchema, { requestStream: true }),
  artifactStatus: method('ArtifactStatus', ArtifactStatusesRequestSchema, ArtifactStatusesResponseSchema),
  cloneSession: method('CloneSession', CloneSessionRequestSchema, CloneSessionResponseSchema),
};
