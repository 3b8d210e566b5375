import type { Interceptor } from '@grpc/grpc-js';
import type { CallHeaders } from './call-headers.ts';
import type { KeepAlive } from './channel.ts';
import type { Logger } from './logger.ts';
import type { RetryPolicy } from './retry-policy.ts';

/**
 * What a connection is made from; everything but the address has a default.
 *
 * @see https://github.com/apache/spark/blob/master/sql/connect/docs/client-connection-string.md
 */
export interface ConnectOptions {
  /** `sc://host:port/;key=value`. */
  readonly remote: string;
  /** UUID of the session to join or make; by default a new one, or the address's `session_id`. */
  readonly sessionId?: string | undefined;
  /**
   * Whose session it is: with the session id it names the session on the server. Default: the environment variable
   * SPARK_USER, or USER, or else the operating system's user where it has a name.
   */
  readonly userId?: string | undefined;
  /** What the server calls this client in its logs, before the versions of package and Node. */
  readonly userAgent?: string | undefined;
  /** PEM file of a certificate authority of your own. */
  readonly caFile?: string | undefined;
  /** gRPC's own interceptors of every call and of each new attempt, outermost first. */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Headers that change while the session lives, e.g. a token that ends; those that stay are part of the address. */
  readonly callHeaders?: CallHeaders | undefined;
  /** How a silent server is told from a dead one. */
  readonly keepAlive?: KeepAlive | undefined;
  /** What is given differs from DEFAULT_RETRY_POLICY. */
  readonly retryPolicy?: Partial<RetryPolicy> | undefined;
  /** For the calls that watch streaming queries and handle their batches; differs from STREAMING_RETRY_POLICY, about half a minute. */
  readonly streamingRetryPolicy?: Partial<RetryPolicy> | undefined;
  /** How long the first call may take, in milliseconds (default 20,000; Infinity is no limit). */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long each attempt of a call that is no execution may take, in milliseconds: analysis, configuration, interrupts. By
   * default as long as the server needs; an execution's limit is the signal of its action.
   */
  readonly callTimeoutMs?: number | undefined;
  /**
   * The size of the pieces in which a large Arrow batch may come, in bytes, from 1,024 on. By default the server's, a little
   * under 128 MiB, or half of what a message may have where the address says less than 128 MiB. Since Spark 4.1.
   */
  readonly preferredArrowChunkBytes?: number | undefined;
  /**
   * About how large the pieces are, in bytes, in which the rows of a large `createDataFrame` travel (default: 16 MiB, as in
   * Spark's own clients). Before Spark 4.1 they travel as one.
   */
  readonly localRelationChunkBytes?: number | undefined;
  /** Is told of retries and the like; by default nobody is. */
  readonly logger?: Logger | undefined;
}

/** How to give a call up. */
export interface CallSignal {
  /** Aborting ends the call, which rejects with the signal's reason, as `fetch` does. */
  readonly signal?: AbortSignal | undefined;
}

/** How one call is made, where the session's own way does not fit. */
export interface CallOptions extends CallSignal {
  /** The session's, where none is given. */
  readonly retryPolicy?: RetryPolicy | undefined;
  /** Tags by which `interruptTag` finds the execution. */
  readonly tags?: readonly string[] | undefined;
  /** Whether the client asks of its own accord: the session's tags are not put on it, and progress handlers hear nothing of it. */
  readonly isOwn?: boolean | undefined;
  /** The execution's own id, a UUID, for who has to know it beforehand; by default a random one. */
  readonly operationId?: string | undefined;
}

export const DEFAULT_CONNECT_TIMEOUT_MS = 20_000;
export const DEFAULT_LOCAL_RELATION_CHUNK_BYTES = 16 * 1024 * 1024;
