import { randomUUID } from 'node:crypto';
import { arch, platform, userInfo } from 'node:os';
import { create, type DescMessage, type DescMethodUnary, type MessageShape } from '@bufbuild/protobuf';
import type { Interceptor } from '@grpc/grpc-js';
import { isStreamRemoved, SparkConnectError } from '../errors.ts';
import {
  type AnalyzePlanRequest,
  AnalyzePlanRequestSchema,
  type AnalyzePlanResponse,
  ArtifactStatusesRequestSchema,
  CloneSessionRequestSchema,
  ConfigRequestSchema,
  ExecutePlanRequestSchema,
  type ExecutePlanResponse,
  InterruptRequest_InterruptType,
  InterruptRequestSchema,
  type Plan,
  PlanSchema,
  ReleaseSessionRequestSchema,
  SparkConnectService,
} from '../gen/spark/connect/base_pb.js';
import type { Command } from '../gen/spark/connect/commands_pb.js';
import { type Artifact, artifactRequests, requireIntact } from './artifacts.ts';
import type { CallHeaders } from './call-headers.ts';
import { Channel } from './channel.ts';
import { type ConnectionTarget, parseConnectionString } from './connection-string.ts';
import { reattachableExecution } from './execution.ts';
import { LocalRelations } from './local-relations.ts';
import { type Logger, silentLogger } from './logger.ts';
import { ProgressHandlers } from './progress-handlers.ts';
import { isRetriable, isServiceError, serverRetryDelayMs } from './retriable.ts';
import { DEFAULT_RETRY_POLICY, pause, type RetryPolicy, RetryState, STREAMING_RETRY_POLICY } from './retry-policy.ts';
import { requireFeatures } from './server-features.ts';
import { type ConfigCallOptions, SessionConf } from './session-conf.ts';

/** What a connection is made from; everything but the address has a default. */
export interface ConnectOptions {
  /** `sc://host:port/;key=value`. */
  readonly remote: string;
  /** UUID of the session to join or make; by default a new one, or the address's `session_id`. */
  readonly sessionId?: string | undefined;
  /** Whose session it is: with the session id it names the session on the server. Default: the operating system's user. */
  readonly userId?: string | undefined;
  readonly userAgent?: string | undefined;
  /** PEM file of a certificate authority of your own. */
  readonly caFile?: string | undefined;
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Headers that change while the session lives, e.g. a token that ends; those that stay are part of the address. */
  readonly callHeaders?: CallHeaders | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  /** For the calls that watch streaming queries and handle their batches (default: about half a minute). */
  readonly streamingRetryPolicy?: RetryPolicy | undefined;
  /** How long the first call may take, in milliseconds (default 20,000). */
  readonly connectTimeoutMs?: number | undefined;
  readonly logger?: Logger | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** The session's, where none is given. */
  readonly retryPolicy?: RetryPolicy | undefined;
  /** Tags by which {@link SessionClient.interruptTag} finds the execution. */
  readonly tags?: readonly string[] | undefined;
  /** The execution's own id, a UUID, for who has to know it beforehand; by default a random one. */
  readonly operationId?: string | undefined;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 20_000;
const FAREWELL_TIMEOUT_MS = 10_000;
// A token that has ended is replaced for the second attempt; more than a few refusals are no accident.
const MAX_REFUSALS = 3;
const service = SparkConnectService.method;

/** One session on a Spark Connect server: executes and analyses plans, with retries, and knows nothing of DataFrames. */
export class SessionClient {
  readonly sessionId: string;
  readonly userId: string;
  /** `host:port` of the server. */
  readonly address: string;
  readonly logger: Logger;
  readonly conf: SessionConf;
  readonly streamingRetryPolicy: RetryPolicy;
  /** What every execution of the session is tagged with, besides the tags of its own. */
  readonly tags = new Set<string>();
  readonly progress: ProgressHandlers;
  readonly #options: ConnectOptions;
  readonly #localRelations = new LocalRelations((artifact) => this.provideArtifact(artifact));
  readonly #channel: Channel;
  readonly #clientType: string;
  readonly #retryPolicy: RetryPolicy;
  #serverSideSessionId: string | undefined;
  #version: Promise<string> | undefined;
  readonly #lifetime = new AbortController();
  readonly #farewells = new Set<() => Promise<void>>();
  #closing: Promise<void> | undefined;

  private constructor(options: ConnectOptions, target: ConnectionTarget) {
    this.#options = options;
    this.sessionId = options.sessionId ?? target.sessionId ?? randomUUID();
    this.userId = options.userId ?? target.userId ?? userInfo().username;
    this.logger = options.logger ?? silentLogger;
    this.progress = new ProgressHandlers((error) => this.logger.warn(`a progress handler threw: ${String(error)}`));
    this.#retryPolicy = options.retryPolicy ?? DEFAULT_RETRY_POLICY;
    this.streamingRetryPolicy = options.streamingRetryPolicy ?? STREAMING_RETRY_POLICY;
    const agent = options.userAgent ?? target.userAgent ?? 'spark-connect-node';
    this.#clientType = `${agent} node/${process.versions.node} os/${platform()}-${arch()}`;
    this.#channel = new Channel({
      target,
      userAgent: this.#clientType,
      caFile: options.caFile,
      interceptors: options.interceptors,
      callHeaders: options.callHeaders,
    });
    this.address = this.#channel.address;
    this.conf = new SessionConf((operation, callOptions) =>
      this.#unary(service.config, create(ConfigRequestSchema, { ...this.#sessionFields(), operation }), callOptions),
    );
  }

  /**
   * Opens the channel and asks the server for its version, so that a wrong address fails here and not at the first query.
   * @throws SparkConnectError `unavailable` (nobody there, or no Spark Connect server), `unauthenticated`, `session-closed`.
   */
  static async connect(options: ConnectOptions): Promise<SessionClient> {
    const client = new SessionClient(options, parseConnectionString(options.remote));
    try {
      await client.#firstCall(options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS);
      return client;
    } catch (error) {
      client.#channel.close();
      throw error;
    }
  }

  get isClosed(): boolean {
    return this.#lifetime.signal.aborted;
  }

  /** Fires when the session's own program closes it or leaves it. */
  get closed(): AbortSignal {
    return this.#lifetime.signal;
  }

  /**
   * Has something ended before the session is: {@link close} waits for it, for a few seconds.
   * @returns takes the wish back.
   */
  beforeClose(farewell: () => Promise<void>): () => void {
    this.#farewells.add(farewell);
    return () => this.#farewells.delete(farewell);
  }

  /** Spark's version on the server, e.g. `4.1.1`; asked once. */
  serverVersion(): Promise<string> {
    this.#version ??= this.#askVersion();
    return this.#version;
  }

  /**
   * Executes a plan and yields the server's responses as they come; reading slowly slows the server down.
   * Aborting interrupts the execution on the server too.
   */
  async *execute(
    plan: Plan,
    { signal, retryPolicy = this.#retryPolicy, tags = [], operationId = randomUUID() }: CallOptions = {},
  ): AsyncGenerator<ExecutePlanResponse, void, undefined> {
    requireFeatures(plan, await this.serverVersion());
    await this.#localRelations.replaceIn(plan);
    const request = create(ExecutePlanRequestSchema, {
      ...this.#sessionFields(),
      operationId,
      plan,
      tags: [...new Set([...this.tags, ...tags.map(checkedTag)])],
      requestOptions: [{ requestOption: { case: 'reattachOptions', value: { reattachable: true } } }],
    });
    const context = { channel: this.#channel, retryPolicy, logger: this.logger, lifetime: this.#lifetime.signal };
    const interrupt = () => {
      this.interruptOperation(operationId).catch((error: unknown) =>
        this.logger.debug(`interrupt failed: ${String(error)}`),
      );
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      for await (const response of reattachableExecution(context, request, signal)) {
        this.#observe(response.serverSideSessionId);
        const { responseType } = response;
        if (responseType.case === 'executionProgress') this.progress.report(operationId, responseType.value);
        yield response;
      }
    } catch (error) {
      throw this.#error(error, signal);
    } finally {
      signal?.removeEventListener('abort', interrupt);
      this.progress.report(operationId, undefined);
    }
  }

  /** Executes a command and returns all its responses; for commands whose answers are small. */
  async runCommand(command: Command, options: CallOptions = {}): Promise<ExecutePlanResponse[]> {
    const responses: ExecutePlanResponse[] = [];
    const plan = create(PlanSchema, { opType: { case: 'command', value: command } });
    for await (const response of this.execute(plan, options)) responses.push(response);
    return responses;
  }

  /** Analyses without executing: schema, explain, persist and their like. */
  async analyze(
    analyze: AnalyzePlanRequest['analyze'],
    options: Omit<CallOptions, 'tags'> = {},
  ): Promise<AnalyzePlanResponse['result']> {
    if (analyze.case !== 'sparkVersion') requireFeatures(analyze, await this.serverVersion());
    await this.#localRelations.replaceIn(analyze);
    const request = create(AnalyzePlanRequestSchema, { ...this.#sessionFields(), analyze });
    return (await this.#unary(service.analyzePlan, request, options)).result;
  }

  /** Sends artifacts to the session, one stream for all. @throws SparkConnectError `protocol` where one arrives damaged */
  async addArtifacts(artifacts: readonly Artifact[], options: ConfigCallOptions = {}): Promise<void> {
    requireIntact(
      await this.#retrying('addArtifacts', options, () =>
        this.#channel.clientStream(
          service.addArtifacts,
          artifactRequests(this.#sessionFields(), artifacts),
          options.signal,
        ),
      ),
    );
  }

  /** Sends an artifact unless the session has one of its name. */
  async provideArtifact(artifact: Artifact): Promise<void> {
    const names = [artifact.name];
    const request = create(ArtifactStatusesRequestSchema, { ...this.#sessionFields(), names });
    const { statuses } = await this.#unary(service.artifactStatus, request);
    if (statuses[artifact.name]?.exists !== true) await this.addArtifacts([artifact]);
  }

  /**
   * Another session on the server that begins with this one's views, configuration and functions. Since Spark 4.1.
   *
   * @param newSessionId a UUID
   */
  async clone(newSessionId?: string): Promise<SessionClient> {
    requireFeatures({ $typeName: CloneSessionRequestSchema.typeName }, await this.serverVersion());
    const optional = newSessionId === undefined ? {} : { newSessionId };
    const request = create(CloneSessionRequestSchema, { ...this.#sessionFields(), ...optional });
    const response = await this.#unary(service.cloneSession, request);
    return SessionClient.connect({ ...this.#options, userId: this.userId, sessionId: response.newSessionId });
  }

  /** Interrupts everything that the session executes; returns the operations' ids. */
  interruptAll(): Promise<readonly string[]> {
    return this.#interrupt(InterruptRequest_InterruptType.ALL, { case: undefined });
  }

  interruptTag(tag: string): Promise<readonly string[]> {
    return this.#interrupt(InterruptRequest_InterruptType.TAG, { case: 'operationTag', value: tag });
  }

  interruptOperation(operationId: string): Promise<readonly string[]> {
    return this.#interrupt(InterruptRequest_InterruptType.OPERATION_ID, { case: 'operationId', value: operationId });
  }

  /**
   * Ends the session on the server (its temporary views, cached data and streaming queries go with it), then closes the
   * channel. Spark 3.5 lacks the call: there the session ends by itself after an hour without one.
   * @param allowReconnect lets the same session id be used again afterwards.
   */
  close({ allowReconnect = false }: { allowReconnect?: boolean } = {}): Promise<void> {
    this.#closing ??= this.isClosed ? Promise.resolve() : this.#close(allowReconnect);
    return this.#closing;
  }

  async #close(allowReconnect: boolean): Promise<void> {
    const tooLong = new AbortController();
    const farewells = Array.from(this.#farewells, (farewell) => farewell());
    await Promise.race([Promise.allSettled(farewells), pause(FAREWELL_TIMEOUT_MS, tooLong.signal)]);
    tooLong.abort();
    try {
      const request = create(ReleaseSessionRequestSchema, { ...this.#sessionIdentity(), allowReconnect });
      await this.#channel.unary(service.releaseSession, request, { deadlineMs: 10_000 });
    } catch (error) {
      this.logger.debug(`releasing session ${this.sessionId} failed: ${String(error)}`);
    } finally {
      this.disconnect();
    }
  }

  /** Closes the channel and leaves the session, with its streaming queries, alive on the server. */
  disconnect(): void {
    if (this.isClosed) return;
    this.#lifetime.abort(new SparkConnectError('session-closed', 'this session has been closed by its own program'));
    this.#channel.close();
  }

  async #firstCall(timeoutMs: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      this.#version = Promise.resolve(await this.#askVersion(signal));
    } catch (error) {
      const cause = SparkConnectError.from(error);
      if (signal.aborted) {
        throw new SparkConnectError(
          'unavailable',
          `no Spark Connect server answered at ${this.address} within ${timeoutMs} ms`,
          { cause },
        );
      }
      // A gRPC server of another kind answers, but does not know the service.
      if (cause.grpcCode === 12) {
        throw new SparkConnectError(
          'unavailable',
          `${this.address} is no Spark Connect server: it does not know the service`,
          { cause },
        );
      }
      throw cause;
    }
  }

  async #askVersion(signal?: AbortSignal): Promise<string> {
    const result = await this.analyze(
      { case: 'sparkVersion', value: { $typeName: 'spark.connect.AnalyzePlanRequest.SparkVersion' } },
      { signal },
    );
    if (result.case !== 'sparkVersion') throw new SparkConnectError('protocol', 'the server did not tell its version');
    return result.value.version;
  }

  async #interrupt(
    interruptType: InterruptRequest_InterruptType,
    interrupt: { case: undefined } | { case: 'operationTag' | 'operationId'; value: string },
  ) {
    const request = create(InterruptRequestSchema, { ...this.#sessionFields(), interruptType, interrupt });
    return (await this.#unary(service.interrupt, request)).interruptedIds;
  }

  async #unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    { signal, retryPolicy = this.#retryPolicy }: ConfigCallOptions = {},
  ): Promise<MessageShape<O>> {
    return this.#retrying(method.name, { signal, retryPolicy }, () => this.#channel.unary(method, request, { signal }));
  }

  async #retrying<T extends object>(
    name: string,
    { signal, retryPolicy = this.#retryPolicy }: ConfigCallOptions,
    call: () => Promise<T>,
  ): Promise<T> {
    const retries = new RetryState(retryPolicy);
    for (let refusals = 0; ; ) {
      this.#lifetime.signal.throwIfAborted();
      try {
        const response = await call();
        if ('serverSideSessionId' in response && typeof response.serverSideSessionId === 'string')
          this.#observe(response.serverSideSessionId);
        return response;
      } catch (error) {
        if (isServiceError(error) && isStreamRemoved(error) && ++refusals > MAX_REFUSALS) throw this.#refused(error);
        const waitMs = isRetriable(error) && !this.isClosed ? retries.next(serverRetryDelayMs(error)) : undefined;
        if (waitMs === undefined) throw this.#error(error, signal);
        this.logger.info(`${name}: ${String(error)}; trying again in ${Math.round(waitMs)} ms`);
        await pause(waitMs, signal, this.#lifetime.signal);
      }
    }
  }

  #refused(cause: unknown): SparkConnectError {
    const why = `what stands before ${this.address} cuts every call off: it does not accept the token`;
    return new SparkConnectError('unauthenticated', why, { cause });
  }

  #observe(serverSideSessionId: string): void {
    if (serverSideSessionId !== '') this.#serverSideSessionId = serverSideSessionId;
  }

  #error(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted && error === signal.reason) return error;
    return this.isClosed ? this.#lifetime.signal.reason : SparkConnectError.from(error);
  }

  #sessionIdentity() {
    return {
      sessionId: this.sessionId,
      userContext: { userId: this.userId, userName: this.userId },
      clientType: this.#clientType,
    };
  }

  /** With what the server told of itself before, so that it refuses when it has restarted and our session is another one. */
  #sessionFields() {
    const observed = this.#serverSideSessionId;
    return {
      ...this.#sessionIdentity(),
      ...(observed === undefined ? {} : { clientObservedServerSideSessionId: observed }),
    };
  }
}

/** @throws SparkConnectError `invalid-argument` for what the server takes for no tag */
export function checkedTag(tag: string): string {
  if (tag !== '' && !tag.includes(',')) return tag;
  throw new SparkConnectError('invalid-argument', `'${tag}' is no tag: a tag is not empty and has no comma`);
}
