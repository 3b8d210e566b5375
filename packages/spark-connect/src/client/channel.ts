import {
  create,
  type DescMessage,
  type DescMethodClientStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  isMessage,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { ExecutePlanResponseSchema } from '../gen/spark/connect/base_pb.js';
import { alignBatch } from './aligned-batch.ts';
import type { CallHeaders } from './call-headers.ts';
import { callHeadersInterceptor } from './call-headers-interceptor.ts';
import { type ConnectionTarget, DEFAULT_MAX_MESSAGE_BYTES, targetAddress } from './connection-string.ts';
import { credentials, fixedHeaders, serverName } from './credentials.ts';
import { type CallLimits, RunningCalls } from './running-calls.ts';
import { MAX_TIMER_MS } from './timer-limit.ts';

// HTTP/2's default window of 64 KiB halts a result stream at every round trip (1.6–4 times slower, measured).
const FLOW_CONTROL_WINDOW_BYTES = 1024 * 1024;

/**
 * How a dead peer is noticed while nothing comes from it. Every number is in milliseconds.
 *
 * A server of gRPC's ends the connection of a client that pings more than twice within five minutes in which it sent
 * nothing. Spark's ends each response stream after two minutes, and that counts as sending: hence the default's minute.
 */
export interface KeepAlive {
  /** How long before a ping is sent while a call runs (default 60,000). */
  readonly intervalMs?: number | undefined;
  /** How long its answer may take (default 15,000). */
  readonly timeoutMs?: number | undefined;
}

const PING_AFTER_MS = 60_000;
const PING_TIMEOUT_MS = 15_000;

export interface ChannelOptions {
  readonly target: ConnectionTarget;
  readonly userAgent: string;
  /** PEM file of a certificate authority of your own; the system's are used otherwise. */
  readonly caFile?: string | undefined;
  /** gRPC interceptors, outermost first. */
  readonly interceptors?: readonly grpc.Interceptor[] | undefined;
  readonly callHeaders?: CallHeaders | undefined;
  readonly keepAlive?: KeepAlive | undefined;
}

type Unary<I extends DescMessage, O extends DescMessage> = DescMethodUnary<I, O>;
type ClientStreaming<I extends DescMessage, O extends DescMessage> = DescMethodClientStreaming<I, O>;
type ServerStreaming<I extends DescMessage, O extends DescMessage> = DescMethodServerStreaming<I, O>;

/**
 * One gRPC channel to a Spark Connect server, calling methods by their generated descriptors.
 * It knows bytes and deadlines; retries, sessions and plans are for those above.
 */
export class Channel {
  readonly #client: grpc.Client;
  readonly #headers: readonly (readonly [string, string])[];
  readonly #running = new RunningCalls();
  readonly address: string;

  constructor(options: ChannelOptions) {
    const { target } = options;
    this.address = targetAddress(target);
    this.#headers = fixedHeaders(target);
    const maxMessageBytes = target.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
    const { intervalMs = PING_AFTER_MS, timeoutMs = PING_TIMEOUT_MS } = options.keepAlive ?? {};
    this.#client = new grpc.Client(this.address, credentials(target, options.caFile), {
      'grpc.max_receive_message_length': maxMessageBytes,
      'grpc.max_send_message_length': maxMessageBytes,
      'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
      'grpc.primary_user_agent': options.userAgent,
      ...serverName(target),
      // A dead peer is noticed after a while, also where a long query sends nothing.
      'grpc.keepalive_time_ms': Math.min(intervalMs, MAX_TIMER_MS),
      'grpc.keepalive_timeout_ms': Math.min(timeoutMs, MAX_TIMER_MS),
      'grpc.keepalive_permit_without_calls': 0,
      // gRPC's own pauses between two attempts to connect grow to two minutes: a server that is back must not wait for that.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 4_000,
      interceptors: [
        ...(options.interceptors ?? []),
        ...(options.callHeaders ? [callHeadersInterceptor(options.callHeaders)] : []),
      ],
    });
  }

  /** One request, one response. Rejects with gRPC's ServiceError, unmapped, so that a retry can judge it. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: Unary<I, O>,
    request: MessageShape<I>,
    options: CallLimits = {},
  ): Promise<MessageShape<O>> {
    return this.#oneResponse(method.output, options, (done) =>
      this.#client.makeUnaryRequest(
        path(method),
        encoderOf(method.input),
        decoderOf(method.output),
        request,
        this.#metadata(),
        options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs },
        done,
      ),
    );
  }

  /** One request, a stream of responses; leaving the iteration early cancels the call. */
  async *serverStream<I extends DescMessage, O extends DescMessage>(
    method: ServerStreaming<I, O>,
    request: MessageShape<I>,
    signal?: AbortSignal,
  ): AsyncGenerator<MessageShape<O>, void, undefined> {
    signal?.throwIfAborted();
    const call = this.#client.makeServerStreamRequest(
      path(method),
      encoderOf(method.input),
      decoderOf(method.output),
      request,
      this.#metadata(),
    );
    // The status of a call that has been given up comes when nobody reads any more.
    call.on('error', () => {});
    const letGo = this.#running.watch(call, { signal }, (reason) => call.destroy(asError(reason)));
    try {
      for await (const response of call) yield response as MessageShape<O>;
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      letGo();
      call.cancel();
    }
  }

  /**
   * A stream of requests in their binary form, one response. The next request is taken when gRPC has made a frame of the one before,
   * whose memory may be used again from then on.
   */
  clientStream<I extends DescMessage, O extends DescMessage>(
    method: ClientStreaming<I, O>,
    requests: Iterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<MessageShape<O>> {
    return this.#oneResponse(method.output, { signal }, (done, reject) => {
      const call = this.#client.makeClientStreamRequest(
        path(method),
        asBuffer,
        decoderOf(method.output),
        this.#metadata(),
        done,
      );
      writeAll(call, requests).catch((error: unknown) => {
        // Where the call itself failed, its own callback has told more by now.
        reject(error);
        call.cancel();
      });
      return call;
    });
  }

  /** A call that ends in one response, however its request travels. */
  #oneResponse<O extends DescMessage>(
    output: O,
    limits: CallLimits,
    start: (
      done: (error: grpc.ServiceError | null, response?: MessageShape<O>) => void,
      reject: (reason: unknown) => void,
    ) => { cancel(): void },
  ): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      if (limits.signal?.aborted) return reject(limits.signal.reason);
      let ended = false;
      let letGo = () => {};
      const call = start((error, response) => {
        ended = true;
        letGo();
        if (error) reject(error);
        else resolve(response ?? create(output));
      }, reject);
      // An interceptor may have ended it at once.
      if (!ended) letGo = this.#running.watch(call, limits, reject);
    });
  }

  /** Closes the connection and cancels what still runs: gRPC alone would wait for every stream's end, with the process. */
  close(): void {
    this.#running.cancel();
    this.#client.close();
  }

  #metadata(): grpc.Metadata {
    const metadata = new grpc.Metadata();
    for (const [name, value] of this.#headers) metadata.set(name, value);
    return metadata;
  }
}

/** Streams end by errors; whoever aborts may give anything as the reason. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

async function writeAll<M>(call: grpc.ClientWritableStream<M>, messages: Iterable<M>): Promise<void> {
  for (const message of messages) {
    // A call that has ended takes no more; its callback tells why.
    if (call.destroyed) return;
    await written(call, message);
  }
  call.end();
}

/** Resolves when the call has no more use for the message, whose memory may then be used again. */
function written<M>(call: grpc.ClientWritableStream<M>, message: M): Promise<void> {
  return new Promise((resolve, reject) => {
    call.write(message, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

function encoderOf<I extends DescMessage>(input: I): (message: MessageShape<I>) => Buffer {
  return (message) => asBuffer(toBinary(input, message));
}

/** The same bytes, not a copy. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function decoderOf<O extends DescMessage>(output: O): (bytes: Buffer) => MessageShape<O> {
  return (bytes) => {
    const message = fromBinary(output, bytes);
    if (isMessage(message, ExecutePlanResponseSchema)) alignBatch(message);
    return message;
  };
}

function path(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `/${method.parent.typeName}/${method.name}`;
}
