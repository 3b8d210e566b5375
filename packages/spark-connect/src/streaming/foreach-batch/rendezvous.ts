import { pause } from '../../client/retry-policy.ts';
import type { SessionClient } from '../../client/session-client.ts';
import { SparkConnectError } from '../../errors.ts';
import type { AttachedHandler } from '../streaming-query.ts';
import { Lease } from './lease.ts';
import { type PollPace, PollPacer } from './poll-pacer.ts';

/** One micro-batch as the server announces it. */
export interface PendingBatch {
  readonly batchId: number;
  /** Under this id the server keeps the batch's DataFrame until the batch is answered. */
  readonly relationId: string;
}

/** Handles one batch; resolving lets Spark commit it. The signal fires when the query is stopped or has ended. */
export type BatchHandler = (batch: PendingBatch, signal: AbortSignal) => Promise<void>;

// Spark's own limit on what it keeps of an error is of this order; the original object stays with the client anyway.
const MAX_ERROR_LENGTH = 4_000;

/**
 * The client's half of foreachBatch: waits for batches that the shim announces in the session's configuration, has them
 * handled one after the other, answers, and keeps the lease. Ends with the query, or with the handler's first error.
 */
export class Rendezvous implements AttachedHandler {
  readonly finished: Promise<void>;
  readonly #client: SessionClient;
  readonly #prefix: string;
  readonly #handler: BatchHandler;
  readonly #pacer: PollPacer;
  readonly #lease: Lease;
  readonly #end = new AbortController();
  #draining = false;
  #failed = false;
  #idle: Promise<void> = Promise.resolve();

  constructor(
    client: SessionClient,
    prefix: string,
    handler: BatchHandler,
    options: { leaseTimeoutMs: number; pace: PollPace },
  ) {
    this.#client = client;
    this.#prefix = prefix;
    this.#handler = handler;
    this.#pacer = new PollPacer(options.pace);
    this.#lease = new Lease(client.conf, `${prefix}.lease`, options.leaseTimeoutMs / 5, (error) =>
      client.logger.warn(`the lease of ${prefix} could not be renewed: ${String(error)}`),
    );
    this.finished = this.#run();
    // Whoever awaits the query's end gets the error; until then it must not count as unhandled.
    this.finished.catch(() => undefined);
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await Promise.race([this.#idle, pause(timeoutMs, this.#end.signal).catch(() => undefined)]);
  }

  close(): void {
    if (!this.#end.signal.aborted) this.#end.abort(new SparkConnectError('aborted', 'the streaming query has ended'));
  }

  async #run(): Promise<void> {
    let answered = -1;
    try {
      while (!this.#end.signal.aborted) {
        const pending = await this.#poll();
        if (pending === undefined || pending.batchId === answered || this.#draining) {
          await pause(this.#pacer.delay(performance.now()), this.#end.signal);
          continue;
        }
        this.#pacer.batchSeen(performance.now());
        const handled = this.#handle(pending);
        this.#idle = handled.catch(() => undefined);
        await handled;
        answered = pending.batchId;
      }
    } catch (error) {
      // The end of the query is the regular end of the rendezvous too.
      if (!this.#end.signal.aborted) throw error;
    } finally {
      this.#lease.release();
      this.close();
      await this.#forget();
    }
  }

  async #poll(): Promise<PendingBatch | undefined> {
    const text = await this.#client.conf.getOption(`${this.#prefix}.pending`);
    if (text === undefined) return undefined;
    const separator = text.indexOf(' ');
    const batchId = Number(text.slice(0, separator));
    if (separator < 1 || !Number.isSafeInteger(batchId))
      throw new SparkConnectError('protocol', `"${text}" announces no batch`);
    return { batchId, relationId: text.slice(separator + 1) };
  }

  async #handle(pending: PendingBatch): Promise<void> {
    try {
      await this.#handler(pending, this.#end.signal);
    } catch (error) {
      // A handler that gives up because its query ended has not failed, and nobody waits for its answer.
      this.#failed = true;
      if (!this.#end.signal.aborted) await this.#answer(`error ${pending.batchId} ${describe(error)}`);
      throw error;
    }
    await this.#answer(`done ${pending.batchId}`);
  }

  #answer(text: string): Promise<void> {
    return this.#client.conf.set(`${this.#prefix}.answer`, text);
  }

  /** The session outlives the query: leave nothing of it there, but for an error that the shim has yet to read. */
  async #forget(): Promise<void> {
    if (this.#client.isClosed) return;
    const keys = ['pending', 'lease', ...(this.#failed ? [] : ['answer'])].map((key) => `${this.#prefix}.${key}`);
    await this.#client.conf
      .unset(...keys)
      .catch((error: unknown) => this.#client.logger.debug(`keys of ${this.#prefix} remain: ${String(error)}`));
  }
}

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, MAX_ERROR_LENGTH);
}
