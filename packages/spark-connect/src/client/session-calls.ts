import { create, type DescMessage, type DescMethodUnary, type MessageShape } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import {
  AnalyzePlanRequestSchema,
  FetchErrorDetailsRequestSchema,
  SparkConnectService,
} from '../gen/spark/connect/base_pb.js';
import type { Channel } from './channel.ts';
import { withDetails } from './error-details.ts';
import { explainServer, explainTransport } from './explain.ts';
import type { Line } from './line.ts';
import type { Logger } from './logger.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { retrying } from './retrying.ts';
import type { ConfigCallOptions } from './session-conf.ts';
import type { SessionIdentity } from './session-identity.ts';

const DETAILS_TIMEOUT_MS = 5_000;
/** What a server says of a session that it does not have, or no longer. */
const SESSION_IS_GONE: ReadonlySet<string | undefined> = new Set([
  'INVALID_HANDLE.SESSION_CHANGED',
  'INVALID_HANDLE.SESSION_CLOSED',
  'INVALID_HANDLE.SESSION_NOT_FOUND',
]);
const service = SparkConnectService.method;

/** What calls are made with. */
export interface SessionCallsContext {
  readonly channel: Channel;
  readonly identity: SessionIdentity;
  readonly line: Line;
  readonly logger: Logger;
  readonly retryPolicy: RetryPolicy;
  /** How long an attempt may take, in milliseconds; as long as the server needs where it is undefined. */
  readonly callTimeoutMs: number | undefined;
  /** Fires when the session's own program closes it. */
  readonly lifetime: AbortSignal;
}

interface InnerCallOptions extends ConfigCallOptions {
  /** Whether a failure may pass, where Spark's own judgement does not fit. */
  readonly mayPass?: (error: unknown) => boolean;
}

/** Calls of one session: tried again where that helps, answers checked to be this session's, failures explained. */
export class SessionCalls {
  readonly #context: SessionCallsContext;
  #version: string | undefined;
  #isLost = false;

  constructor(context: SessionCallsContext) {
    this.#context = context;
  }

  /** The line that they go over. */
  get line(): Line {
    return this.#context.line;
  }
  /** Spark's version on the server, e.g. `4.1.1`; empty until it was asked. */
  get version(): string {
    return this.#version ?? '';
  }
  /** Whether the server has ended the session, or has restarted. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Asks for Spark's version. */
  async askVersion(options: InnerCallOptions): Promise<void> {
    const analyze = { case: 'sparkVersion', value: {} } as const;
    const request = create(AnalyzePlanRequestSchema, { ...this.#context.identity.observedFields(), analyze });
    const { result } = await this.unary(service.analyzePlan, request, options);
    if (result.case !== 'sparkVersion') throw new SparkConnectError('protocol', 'the server did not tell its version');
    this.#version = result.value.version;
  }

  /** @throws SparkConnectError that says what happened and what to do */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    options: InnerCallOptions = {},
  ): Promise<MessageShape<O>> {
    const { channel, callTimeoutMs: deadlineMs } = this.#context;
    const { signal } = options;
    return this.retrying(method.name, options, () => channel.unary(method, request, { signal, deadlineMs }));
  }

  /** Any call that has one answer, tried again where that helps. @throws SparkConnectError as {@link unary} */
  async retrying<T extends object>(name: string, options: InnerCallOptions, call: () => Promise<T>): Promise<T> {
    const { identity, line, logger, lifetime } = this.#context;
    const { signal, mayPass, retryPolicy = this.#context.retryPolicy } = options;
    try {
      const response = await retrying({ name, line, logger, retryPolicy, lifetime, signal, mayPass }, call);
      identity.verify(response);
      return response;
    } catch (error) {
      throw await this.explain(error, signal);
    }
  }

  /** The error for the caller, with all that the server tells of it. */
  async explain(error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const { line, lifetime } = this.#context;
    if (signal?.aborted && error === signal.reason) return error;
    if (lifetime.aborted) return lifetime.reason;
    const told = await this.#fetchDetails(explainTransport(SparkConnectError.from(error), line), signal);
    if (SESSION_IS_GONE.has(told.errorClass)) this.#isLost = true;
    return explainServer(told, this.#version);
  }

  /** Once, and without trying again: an error that is told late helps less than one without its details. */
  async #fetchDetails(error: SparkConnectError, signal: AbortSignal | undefined): Promise<SparkConnectError> {
    const { channel, identity, logger } = this.#context;
    if (error.errorId === undefined) return error;
    const request = create(FetchErrorDetailsRequestSchema, { ...identity.observedFields(), errorId: error.errorId });
    const options = { deadlineMs: DETAILS_TIMEOUT_MS, signal };
    try {
      return withDetails(error, await channel.unary(service.fetchErrorDetails, request, options));
    } catch (failure) {
      // Some servers fail at exceptions without a message; what the status told is an error all the same.
      logger.debug(`fetching the details of an error failed: ${String(failure)}`);
      return error;
    }
  }
}
