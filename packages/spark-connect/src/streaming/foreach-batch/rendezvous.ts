import { pause } from '../../client/retry-policy.ts';
import type { SessionClient } from '../../client/session-client.ts';
import type { SessionConf } from '../../client/session-conf.ts';
import { SparkConnectError } from '../../errors.ts';
import { errorText } from '../error-text.ts';
import { callFor, isWithinCall } from '../own-calls.ts';
import type { AttachedHandler } from '../streaming-query.ts';
import { Lease } from './lease.ts';
import { LONGEST_NAP_MS, type PollPace, PollPacer } from './poll-pacer.ts';
import { WakeUp } from './wake-up.ts';

/** One micro-batch as the server announces it. */
export interface PendingBatch {
  readonly batchId: number;
  /** Under this id the server keeps the batch's DataFrame until the batch is answered. */
  readonly relationId: string;
}

/** Handles one batch; resolving lets Spark commit it. The signal fires when the query is stopped or has ended. */
export type BatchHandler = (batch: PendingBatch, signal: AbortSignal) => Promise<void>;

/** What the rendezvous needs of its session. */
export type RendezvousClient = Pick<SessionClient, 'conf' | 'logger' | 'streamingRetryPolicy' | 'closed'>;

// Spark's own limit on what it keeps of an error is of this order; the original object stays with the client anyway.
const MAX_ERROR_LENGTH = 4_000;
// What the shim announces in place of a batch when it found its query stopped.
const STOPPED = 'stopped';

/**
 * The client's half of foreachBatch: waits for batches that the shim announces in the session's configuration, has them
 * handled one after the other, answers, and keeps the lease. It looks when the server wakes it, and now and then by itself,
 * since a wake-up may be lost with a connection. Ends with the query, with the session, or with the handler's
 * first error.
 */
export class Rendezvous implements AttachedHandler {
  readonly finished: Promise<void>;
  readonly #client: RendezvousClient;
  readonly #conf: SessionConf;
  readonly #prefix: string;
  readonly #handler: BatchHandler;
  /** Told before the server is. */
  readonly #onFailure: (error: unknown) => void;
  readonly #pacer: PollPacer;
  readonly #lease: Lease;
  readonly #end = new AbortController();
  /** How many stops wait for the batch in hand. */
  #drains = 0;
  #failure: { readonly error: unknown } | undefined;
  #answered = -1;
  #stopped = false;
  #inHand: Promise<void> = Promise.resolve();
  #waitingIn = '';
  #toldToRestIn = '';
  readonly #wakeUp = new WakeUp();

  constructor(
    client: RendezvousClient,
    prefix: string,
    handler: BatchHandler,
    options: { leaseTimeoutMs: number; pace: PollPace; onFailure: (error: unknown) => void },
  ) {
    this.#client = client;
    this.#conf = client.conf.withOptions({ signal: this.#end.signal, retryPolicy: client.streamingRetryPolicy });
    this.#prefix = prefix;
    this.#handler = handler;
    this.#onFailure = options.onFailure;
    this.#pacer = new PollPacer(options.pace);
    this.#lease = new Lease(this.#conf, `${prefix}.lease`, options.leaseTimeoutMs / 5, (error) => {
      if (!this.#end.signal.aborted) client.logger.warn(`the lease of ${prefix} is not renewed: ${String(error)}`);
    });
    client.closed.addEventListener('abort', this.#close);
    if (client.closed.aborted) this.close();
    this.finished = this.#run();
    // Whoever awaits the query's end gets the error; until then it must not count as unhandled.
    this.finished.catch(() => undefined);
  }

  get isCaller(): boolean {
    return isWithinCall(this);
  }

  async drain(timeoutMs: number): Promise<number> {
    this.#drains++;
    const settled = new AbortController();
    const waited = pause(timeoutMs, this.#end.signal, settled.signal).catch(() => undefined);
    await Promise.race([this.#inHand, waited]);
    settled.abort();
    return this.#answered;
  }

  resume(): void {
    this.#drains--;
  }

  get wasStopped(): boolean {
    return this.#stopped;
  }

  close(): void {
    if (!this.#end.signal.aborted) this.#end.abort(new SparkConnectError('aborted', 'the streaming query has ended'));
  }

  /** The session outlives the query. Only its end is the time for this: until then the shim reads and writes. */
  async forget(): Promise<void> {
    this.close();
    await this.#lease.release();
    if (this.#client.closed.aborted) return;
    const keys = ['pending', 'answer', 'lease', 'query'].map((key) => `${this.#prefix}.${key}`);
    const conf = this.#client.conf.withOptions({ retryPolicy: this.#client.streamingRetryPolicy });
    try {
      const [pending] = await conf.getOptions(keys.slice(0, 1));
      this.#stopped = pending === STOPPED;
      await conf.unset(...keys);
    } catch (error) {
      this.#client.logger.debug(`keys of ${this.#prefix} remain: ${String(error)}`);
    }
  }

  waitsIn(operationId: string): void {
    this.#waitingIn = operationId;
  }

  wake(): void {
    this.#wakeUp.ring();
  }

  readonly #close = () => this.close();

  async #run(): Promise<void> {
    const end = this.#end.signal;
    try {
      while (!end.aborted) {
        const pending = await this.#poll();
        if (pending === undefined || pending.batchId === this.#answered || this.#drains > 0) {
          await this.#rest(this.#pacer.delay(performance.now()));
          continue;
        }
        this.#pacer.batchSeen(performance.now());
        const handled = this.#handle(pending);
        this.#inHand = handled.catch(() => undefined);
        await handled;
        this.#answered = pending.batchId;
      }
    } catch (error) {
      // The query may end while a handler's failure is on its way to it: the failure counts.
      if (this.#failure !== undefined) throw this.#failure.error;
      // The end of the query is the regular end of the rendezvous too.
      if (!end.aborted) throw error;
    } finally {
      this.#client.closed.removeEventListener('abort', this.#close);
      void this.#lease.release();
      this.close();
    }
  }

  async #poll(): Promise<PendingBatch | undefined> {
    const text = await this.#conf.getOption(`${this.#prefix}.pending`);
    if (text === undefined || text === STOPPED) return undefined;
    const separator = text.indexOf(' ');
    const batchId = Number(text.slice(0, separator));
    if (separator < 1 || !Number.isSafeInteger(batchId))
      throw new SparkConnectError('protocol', `"${text}" announces no batch`);
    return { batchId, relationId: text.slice(separator + 1) };
  }

  async #handle(pending: PendingBatch): Promise<void> {
    const end = this.#end.signal;
    try {
      await callFor(this, () => this.#handler(pending, end));
    } catch (error) {
      // A handler that gives up because its query ended has not failed, and nobody waits for its answer.
      if (!end.aborted) {
        this.#failure = { error };
        this.#onFailure(error);
        await this.#answer(`error ${pending.batchId} ${errorText(error).slice(0, MAX_ERROR_LENGTH)}`);
      }
      throw error;
    }
    this.#toldToRestIn = '';
    await this.#answer(`done ${pending.batchId}`);
  }

  #answer(text: string): Promise<void> {
    return this.#conf.set(`${this.#prefix}.answer`, text);
  }

  /** Whoever rests for long tells how he is woken. The answer stays in front of it: the shim may not have read it yet. */
  async #rest(ms: number): Promise<void> {
    if (ms > LONGEST_NAP_MS && this.#toldToRestIn !== this.#waitingIn) {
      this.#toldToRestIn = this.#waitingIn;
      await this.#answer(`done ${this.#answered} ${this.#waitingIn}`);
    }
    await this.#wakeUp.wait(ms, this.#end.signal);
  }
}
