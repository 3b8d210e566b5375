import { setMaxListeners } from 'node:events';
import { create } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import {
  type AnalyzePlanRequest,
  AnalyzePlanRequestSchema,
  type AnalyzePlanResponse,
  ArtifactStatusesRequestSchema,
  CloneSessionRequestSchema,
  ConfigRequestSchema,
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
import { chunkBytesFor } from './batch-chunks.ts';
import type { Channel, ChannelOptions } from './channel.ts';
import { checkOptions } from './checked-options.ts';
import {
  type CallOptions,
  type CallSignal,
  type ConnectOptions,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_LOCAL_RELATION_CHUNK_BYTES,
} from './connect-options.ts';
import { type ConnectionTarget, parseConnectionString, TOKEN_VARIABLE } from './connection-string.ts';
import { firstCall } from './first-call.ts';
import { lineOf } from './line.ts';
import { LocalRelations } from './local-relations.ts';
import { type Logger, silentLogger } from './logger.ts';
import { nodeZstd, PlanCompression } from './plan-compression.ts';
import { PlanExecutor } from './plan-executor.ts';
import { ProgressHandlers } from './progress-handlers.ts';
import {
  completePolicy,
  DEFAULT_RETRY_POLICY,
  pause,
  type RetryPolicy,
  STREAMING_RETRY_POLICY,
} from './retry-policy.ts';
import { isAtLeast, requireFeatures } from './server-features.ts';
import { SessionCalls } from './session-calls.ts';
import { type ConfigCallOptions, SessionConf } from './session-conf.ts';
import { SessionIdentity } from './session-identity.ts';
import { unlessAborted } from './unless-aborted.ts';

const FAREWELL_TIMEOUT_MS = 10_000;
/** A record batch of rows stays in the processor's cache, more or less, while it is made and copied. */
const LOCAL_BATCH_BYTES = 1024 * 1024;
const service = SparkConnectService.method;

/** One session on a Spark Connect server: executes and analyses plans, with retries, and knows nothing of DataFrames. */
export class SessionClient {
  /** `host:port` of the server. */
  readonly address: string;
  /** Where it says what it does. */
  readonly logger: Logger;
  /** The session's settings. */
  readonly conf: SessionConf;
  /** For the calls that watch streaming queries. */
  readonly streamingRetryPolicy: RetryPolicy;
  /** What every execution of the session is tagged with, besides the tags of its own. */
  readonly tags = new Set<string>();
  /** Who is told how far executions have come. */
  readonly progress: ProgressHandlers;
  readonly #options: ConnectOptions;
  readonly #chunkBytes: number;
  readonly #localRelations: LocalRelations;
  readonly #channel: Channel;
  readonly #identity: SessionIdentity;
  readonly #calls: SessionCalls;
  readonly #executor: PlanExecutor;
  readonly #lifetime = new AbortController();
  readonly #farewells = new Set<() => Promise<void>>();
  #closing: Promise<void> | undefined;

  private constructor(
    options: ConnectOptions,
    target: ConnectionTarget,
    openChannel: (options: ChannelOptions) => Channel,
  ) {
    // Every streaming query and every pause listens to it: more than ten are no leak.
    setMaxListeners(0, this.#lifetime.signal);
    this.#options = options;
    this.#identity = new SessionIdentity(options, target);
    this.#chunkBytes = options.localRelationChunkBytes ?? DEFAULT_LOCAL_RELATION_CHUNK_BYTES;
    this.#localRelations = new LocalRelations(this, this.#chunkBytes);
    this.logger = options.logger ?? silentLogger;
    this.progress = new ProgressHandlers((error) => this.logger.warn(`a progress handler threw: ${String(error)}`));
    const retryPolicy = completePolicy('retryPolicy', options.retryPolicy, DEFAULT_RETRY_POLICY);
    this.streamingRetryPolicy = completePolicy(
      'streamingRetryPolicy',
      options.streamingRetryPolicy,
      STREAMING_RETRY_POLICY,
    );
    const { clientType: userAgent } = this.#identity;
    const { caFile, interceptors, callHeaders, keepAlive } = options;
    this.#channel = openChannel({ target, userAgent, caFile, interceptors, callHeaders, keepAlive });
    this.address = this.#channel.address;
    const shared = {
      channel: this.#channel,
      identity: this.#identity,
      logger: this.logger,
      retryPolicy,
      lifetime: this.#lifetime.signal,
    };
    this.#calls = new SessionCalls({ ...shared, line: lineOf(options, target), callTimeoutMs: options.callTimeoutMs });
    this.#executor = new PlanExecutor({
      ...shared,
      calls: this.#calls,
      localRelations: this.#localRelations,
      compression: new PlanCompression((keys) => this.conf.getOptions(keys), nodeZstd),
      progress: this.progress,
      arrowChunkBytes: options.preferredArrowChunkBytes ?? chunkBytesFor(target.maxMessageBytes),
      // Nobody waits for it: it must not keep a process for as long as a call is tried whose answer is wanted.
      interrupt: (value) =>
        this.#interrupt(
          InterruptRequest_InterruptType.OPERATION_ID,
          { case: 'operationId', value },
          { retryPolicy: this.streamingRetryPolicy },
        ),
    });
    this.conf = new SessionConf((operation, callOptions) =>
      this.#calls.unary(
        service.config,
        create(ConfigRequestSchema, { ...this.#identity.observedFields(), operation }),
        callOptions,
      ),
    );
  }

  /**
   * Opens the channel and asks the server for its version, so that a wrong address fails here and not at the first query.
   * @throws SparkConnectError `invalid-argument`, `unavailable` (nobody there, or no Spark Connect server), `unauthenticated`, `session-closed`.
   */
  static async connect(options: ConnectOptions, { signal }: CallSignal = {}): Promise<SessionClient> {
    signal?.throwIfAborted();
    checkOptions(options);
    const target = parseConnectionString(options.remote, process.env[TOKEN_VARIABLE]);
    // gRPC is large, and whoever only imports the package does not wait for it.
    const { Channel } = await import('./channel.ts');
    const client = new SessionClient(options, target, (channelOptions) => new Channel(channelOptions));
    try {
      const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
      await firstCall(client.#calls, timeoutMs, signal);
      return client;
    } catch (error) {
      client.#channel.close();
      throw error;
    }
  }

  /** The session's id, a UUID. */
  get sessionId(): string {
    return this.#identity.sessionId;
  }
  /** Whose session it is. */
  get userId(): string {
    return this.#identity.userId;
  }
  /** Spark's version on the server, e.g. `4.1.1`. */
  get serverVersion(): string {
    return this.#calls.version;
  }
  /** About how large a record batch of rows may become, in bytes: Spark 3.5 reads no more than the first of a relation. */
  get localBatchBytes(): number {
    return isAtLeast(this.serverVersion, '4.1')
      ? Math.min(this.#chunkBytes, LOCAL_BATCH_BYTES)
      : Number.POSITIVE_INFINITY;
  }
  /** Whether its own program has closed or left it. */
  get isClosed(): boolean {
    return this.#lifetime.signal.aborted;
  }
  /** Whether the server has ended the session, or has restarted: its id leads to another session at most. */
  get isLost(): boolean {
    return this.#calls.isLost;
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

  /**
   * Executes a plan and yields the server's responses as they come; reading slowly slows the server down.
   * Aborting interrupts the execution on the server too.
   *
   * @param given a plan, or what makes it when the first response is asked for
   */
  execute(given: Plan | (() => Plan), options: CallOptions = {}): AsyncGenerator<ExecutePlanResponse, void, undefined> {
    // The session's tags of this moment: the program may change them while the execution gets under way.
    const sessionTags = options.isOwn ? [] : this.tags;
    return this.#executor.execute(given, { ...options, tags: [...sessionTags, ...(options.tags ?? [])] });
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
    requireFeatures(analyze, this.serverVersion);
    await unlessAborted(this.#localRelations.replaceIn(analyze, this.serverVersion), options.signal);
    const request = create(AnalyzePlanRequestSchema, { ...this.#identity.observedFields(), analyze });
    return (await this.#calls.unary(service.analyzePlan, request, options)).result;
  }

  /** Sends artifacts to the session, one stream for all. @throws SparkConnectError `protocol` where one arrives damaged */
  async addArtifacts(artifacts: readonly Artifact[], options: ConfigCallOptions = {}): Promise<void> {
    // A stream without a request makes the server fail: it never heard whose it is.
    if (artifacts.length === 0) {
      options.signal?.throwIfAborted();
      return this.#lifetime.signal.throwIfAborted();
    }
    requireIntact(
      await this.#calls.retrying('addArtifacts', options, () =>
        this.#channel.clientStream(
          service.addArtifacts,
          artifactRequests(this.#identity.observedFields(), artifacts),
          options.signal,
        ),
      ),
    );
  }

  /** Those of the names under which the session keeps no artifact. */
  async missingArtifacts(names: readonly string[], options: CallSignal = {}): Promise<ReadonlySet<string>> {
    const request = create(ArtifactStatusesRequestSchema, { ...this.#identity.observedFields(), names: [...names] });
    const { statuses } = await this.#calls.unary(service.artifactStatus, request, options);
    return new Set(names.filter((name) => statuses[name]?.exists !== true));
  }

  /**
   * Another session on the server that begins with this one's views, configuration and functions. Since Spark 4.1.
   *
   * @param newSessionId a UUID
   */
  async clone(newSessionId?: string, options: CallSignal = {}): Promise<SessionClient> {
    requireFeatures({ $typeName: CloneSessionRequestSchema.typeName }, this.serverVersion);
    const optional = newSessionId === undefined ? {} : { newSessionId };
    const request = create(CloneSessionRequestSchema, { ...this.#identity.observedFields(), ...optional });
    const response = await this.#calls.unary(service.cloneSession, request, options);
    const identity = { userId: this.userId, sessionId: response.newSessionId };
    return SessionClient.connect({ ...this.#options, ...identity }, options);
  }

  /** Interrupts everything that the session executes; returns the operations' ids. */
  interruptAll(options: CallSignal = {}): Promise<readonly string[]> {
    return this.#interrupt(InterruptRequest_InterruptType.ALL, { case: undefined }, options);
  }

  /** Interrupts what is tagged so; returns the ids of the operations. */
  interruptTag(tag: string, options: CallSignal = {}): Promise<readonly string[]> {
    return this.#interrupt(InterruptRequest_InterruptType.TAG, { case: 'operationTag', value: tag }, options);
  }

  /** Interrupts one operation; returns its id where it ran. */
  interruptOperation(operationId: string, options: CallSignal = {}): Promise<readonly string[]> {
    const interrupt = { case: 'operationId', value: operationId } as const;
    return this.#interrupt(InterruptRequest_InterruptType.OPERATION_ID, interrupt, options);
  }

  /**
   * Ends the session on the server (its temporary views, cached data and streaming queries go with it), then closes the
   * channel. Spark 3.5 lacks the call: there the session ends by itself after an hour without one.
   * @param allowReconnect lets the same session id be used again afterwards.
   */
  close({ allowReconnect = false }: { allowReconnect?: boolean | undefined } = {}): Promise<void> {
    this.#closing ??= this.isClosed ? Promise.resolve() : this.#close(allowReconnect);
    return this.#closing;
  }

  async #close(allowReconnect: boolean): Promise<void> {
    const tooLong = new AbortController();
    const farewells = Array.from(this.#farewells, (farewell) => farewell());
    await Promise.race([Promise.allSettled(farewells), pause(FAREWELL_TIMEOUT_MS, tooLong.signal)]);
    tooLong.abort();
    try {
      const request = create(ReleaseSessionRequestSchema, { ...this.#identity.fields(), allowReconnect });
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

  async #interrupt(
    interruptType: InterruptRequest_InterruptType,
    interrupt: { case: undefined } | { case: 'operationTag' | 'operationId'; value: string },
    options: ConfigCallOptions,
  ) {
    const request = create(InterruptRequestSchema, { ...this.#identity.observedFields(), interruptType, interrupt });
    return (await this.#calls.unary(service.interrupt, request, options)).interruptedIds;
  }
}
