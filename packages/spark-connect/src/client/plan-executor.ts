import { randomUUID } from 'node:crypto';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { SparkConnectError } from '../errors.ts';
import {
  type ExecutePlanRequest_RequestOptionSchema,
  ExecutePlanRequestSchema,
  type ExecutePlanResponse,
  type Plan,
} from '../gen/spark/connect/base_pb.js';
import { BatchChunks } from './batch-chunks.ts';
import type { Channel } from './channel.ts';
import type { CallOptions } from './connect-options.ts';
import { reattachableExecution } from './execution.ts';
import type { LocalRelations } from './local-relations.ts';
import type { Logger } from './logger.ts';
import type { PlanCompression } from './plan-compression.ts';
import type { ProgressHandlers } from './progress-handlers.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { isAtLeast, requireFeatures } from './server-features.ts';
import type { SessionCalls } from './session-calls.ts';
import type { SessionIdentity } from './session-identity.ts';
import { checkedTag } from './tags.ts';
import { unlessAborted } from './unless-aborted.ts';

const REATTACHABLE = { requestOption: { case: 'reattachOptions', value: { reattachable: true } } } as const;

/** The parts of a session that executing a plan takes. */
export interface PlanExecutorContext {
  readonly channel: Channel;
  readonly calls: SessionCalls;
  readonly identity: SessionIdentity;
  readonly localRelations: LocalRelations;
  readonly compression: PlanCompression;
  readonly progress: ProgressHandlers;
  readonly logger: Logger;
  readonly retryPolicy: RetryPolicy;
  /** How large the pieces may be, in bytes, in which batches come; the server's choice where it is undefined. */
  readonly arrowChunkBytes: number | undefined;
  /** Fires when the session's own program closes it. */
  readonly lifetime: AbortSignal;
  /** Ends an operation on the server. */
  readonly interrupt: (operationId: string) => Promise<unknown>;
}

/** Executes plans in one session: in the form that its server can read, reattachable, and interrupted there when they are aborted here. */
export class PlanExecutor {
  readonly #context: PlanExecutorContext;

  constructor(context: PlanExecutorContext) {
    this.#context = context;
  }

  /**
   * Executes a plan and yields the server's responses as they come.
   *
   * @param given a plan, or what makes it when the first response is asked for
   * @throws SparkConnectError that says what happened and what to do; the signal's reason where that is aborted
   */
  async *execute(
    given: Plan | (() => Plan),
    options: CallOptions = {},
  ): AsyncGenerator<ExecutePlanResponse, void, undefined> {
    const { calls, channel, compression, identity, lifetime, logger, progress } = this.#context;
    const { signal, retryPolicy = this.#context.retryPolicy, tags = [], isOwn = false } = options;
    const { operationId = randomUUID() } = options;
    signal?.throwIfAborted();
    const request = create(ExecutePlanRequestSchema, {
      ...(await this.#planned(typeof given === 'function' ? given() : given, signal)),
      operationId,
      tags: [...new Set(tags.map(checkedTag))],
    });
    const interrupt = () => {
      this.#context
        .interrupt(operationId)
        .catch((error: unknown) => logger.debug(`interrupt failed: ${String(error)}`));
    };
    const chunks = new BatchChunks();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      for await (const response of reattachableExecution({ channel, retryPolicy, logger, lifetime }, request, signal)) {
        identity.verify(response);
        const { responseType } = response;
        if (responseType.case === 'executionProgress' && !isOwn) progress.report(operationId, responseType.value);
        const whole = chunks.add(response);
        if (whole !== undefined) yield whole;
      }
      chunks.requireWhole();
    } catch (error) {
      const told = await calls.explain(error, signal);
      if (told instanceof SparkConnectError && told.errorClass === 'CONNECT_INVALID_PLAN.CANNOT_PARSE') {
        compression.disable();
      }
      throw told;
    } finally {
      signal?.removeEventListener('abort', interrupt);
      if (!isOwn) progress.report(operationId, undefined);
    }
  }

  /** What a request has of its plan: large rows sent before it, and all that the server's version can do asked for. */
  async #planned(
    plan: Plan,
    signal: AbortSignal | undefined,
  ): Promise<MessageInitShape<typeof ExecutePlanRequestSchema>> {
    const { calls, compression, identity, localRelations } = this.#context;
    requireFeatures(plan, calls.version);
    await unlessAborted(localRelations.replaceIn(plan, calls.version), signal);
    if (!isAtLeast(calls.version, '4.1')) return { ...identity.observedFields(), plan, requestOptions: [REATTACHABLE] };
    return {
      ...identity.observedFields(),
      plan: await unlessAborted(compression.apply(plan), signal),
      requestOptions: [REATTACHABLE, this.#chunking()],
    };
  }

  #chunking(): MessageInitShape<typeof ExecutePlanRequest_RequestOptionSchema> {
    const bytes = this.#context.arrowChunkBytes;
    const preferred = bytes === undefined ? {} : { preferredArrowChunkSize: BigInt(bytes) };
    const value = { allowArrowBatchChunking: true, ...preferred };
    return { requestOption: { case: 'resultChunkingOptions', value } };
  }
}
