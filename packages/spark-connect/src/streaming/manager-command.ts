import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { CallOptions } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import {
  CommandSchema,
  type StreamingQueryManagerCommandResult,
  type StreamingQueryManagerCommandResult_StreamingQueryInstance,
  StreamingQueryManagerCommandSchema,
} from '../gen/spark/connect/commands_pb.js';
import { StreamingQuery } from './streaming-query.ts';

export type ManagerCommand = NonNullable<MessageInitShape<typeof StreamingQueryManagerCommandSchema>['command']>;

/** Asks something of all streaming queries of a session. */
export async function managerCommand(
  client: SessionClient,
  command: ManagerCommand,
  options: CallOptions = {},
): Promise<StreamingQueryManagerCommandResult> {
  const value = create(StreamingQueryManagerCommandSchema, { command });
  const message = create(CommandSchema, { commandType: { case: 'streamingQueryManagerCommand', value } });
  for (const { responseType } of await client.runCommand(message, options)) {
    if (responseType.case === 'streamingQueryManagerCommandResult') return responseType.value;
  }
  throw new SparkConnectError('protocol', `the server did not answer "${command.case}"`);
}

export async function activeQueries(client: SessionClient, options?: CallOptions): Promise<StreamingQuery[]> {
  const { resultType } = await managerCommand(client, { case: 'active', value: true }, options);
  return resultType.case === 'active' ? resultType.value.activeQueries.map((query) => queryOf(client, query)) : [];
}

export function queryOf(
  client: SessionClient,
  { id, name }: StreamingQueryManagerCommandResult_StreamingQueryInstance,
): StreamingQuery {
  if (!id) throw new SparkConnectError('protocol', 'a query without an id in the answer');
  return new StreamingQuery(client, { id: id.id, runId: id.runId, name: name || undefined });
}
