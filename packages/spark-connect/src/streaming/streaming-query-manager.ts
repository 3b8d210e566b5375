import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import {
  CommandSchema,
  type StreamingQueryManagerCommandResult,
  type StreamingQueryManagerCommandResult_StreamingQueryInstance,
  StreamingQueryManagerCommandSchema,
} from '../gen/spark/connect/commands_pb.js';
import { StreamingQuery } from './streaming-query.ts';

/**
 * The streaming queries of one session, whichever process started them.
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.StreamingQueryManager.html
 */
export class StreamingQueryManager {
  readonly #client: SessionClient;

  constructor(client: SessionClient) {
    this.#client = client;
  }

  async active(): Promise<StreamingQuery[]> {
    const result = await this.#command({ case: 'active', value: true });
    return result.resultType.case === 'active'
      ? result.resultType.value.activeQueries.map((query) => this.#query(query))
      : [];
  }

  /** The query with this id, or undefined where the session has none that is active. */
  async get(id: string): Promise<StreamingQuery | undefined> {
    const result = await this.#command({ case: 'getQuery', value: id });
    return result.resultType.case === 'query' && result.resultType.value.id
      ? this.#query(result.resultType.value)
      : undefined;
  }

  /** Waits until some query of the session ends; see {@link StreamingQuery.awaitTermination}. */
  async awaitAnyTermination(timeoutMs?: number, options: { signal?: AbortSignal } = {}): Promise<boolean> {
    const value = timeoutMs === undefined ? {} : { timeoutMs: BigInt(timeoutMs) };
    const result = await this.#command({ case: 'awaitAnyTermination', value }, options.signal);
    return result.resultType.case === 'awaitAnyTermination' && result.resultType.value.terminated;
  }

  /** Forgets the queries that have ended, so that awaitAnyTermination waits for the next. */
  async resetTerminated(): Promise<void> {
    await this.#command({ case: 'resetTerminated', value: true });
  }

  #query({ id, name }: StreamingQueryManagerCommandResult_StreamingQueryInstance): StreamingQuery {
    if (!id) throw new SparkConnectError('protocol', 'a query without an id in the answer');
    return new StreamingQuery(this.#client, { id: id.id, runId: id.runId, name: name || undefined });
  }

  async #command(
    command: NonNullable<MessageInitShape<typeof StreamingQueryManagerCommandSchema>['command']>,
    signal?: AbortSignal,
  ): Promise<StreamingQueryManagerCommandResult> {
    const value = create(StreamingQueryManagerCommandSchema, { command });
    const message = create(CommandSchema, { commandType: { case: 'streamingQueryManagerCommand', value } });
    for (const { responseType } of await this.#client.runCommand(message, { signal })) {
      if (responseType.case === 'streamingQueryManagerCommandResult') return responseType.value;
    }
    throw new SparkConnectError('protocol', `the server did not answer "${command.case}"`);
  }
}
