import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import {
  CommandSchema,
  type WriteStreamOperationStartResult,
  WriteStreamOperationStartSchema,
} from '../gen/spark/connect/commands_pb.js';
import type { Relation } from '../gen/spark/connect/relations_pb.js';

/** When a query looks for new data: exactly one of these. */
export type Trigger =
  | { readonly processingTime: string }
  | { readonly once: true }
  | { readonly availableNow: true }
  | { readonly continuous: string };

export type OutputMode = 'append' | 'update' | 'complete';

/** Everything that a streaming query is started with, as the writer has collected it. */
export interface StreamSpecification {
  readonly format?: string | undefined;
  readonly outputMode?: OutputMode | undefined;
  readonly queryName?: string | undefined;
  readonly trigger?: Trigger | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
  readonly destination?: { readonly path: string } | { readonly tableName: string } | undefined;
}

type StartInit = MessageInitShape<typeof WriteStreamOperationStartSchema>;

/** Sends the start command; the input is the streaming relation's protobuf. */
export async function startStream(
  client: SessionClient,
  input: Relation,
  specification: StreamSpecification,
  foreachBatch?: StartInit['foreachBatch'],
): Promise<{ id: string; runId: string; name: string | undefined }> {
  const { destination } = specification;
  const value = create(WriteStreamOperationStartSchema, {
    input,
    format: specification.format ?? '',
    options: { ...specification.options },
    partitioningColumnNames: [...specification.partitionBy],
    trigger: triggerOf(specification.trigger),
    outputMode: specification.outputMode ?? '',
    queryName: specification.queryName ?? '',
    ...(destination === undefined ? {} : { sinkDestination: destinationOf(destination) }),
    ...(foreachBatch === undefined ? {} : { foreachBatch }),
  });
  const command = create(CommandSchema, { commandType: { case: 'writeStreamOperationStart', value } });
  for (const { responseType } of await client.runCommand(command)) {
    if (responseType.case === 'writeStreamOperationStartResult') return identityOf(responseType.value);
  }
  throw new SparkConnectError('protocol', 'the server started no query and told no reason');
}

function triggerOf(trigger: Trigger | undefined): NonNullable<StartInit['trigger']> {
  if (trigger === undefined) return { case: undefined };
  if ('processingTime' in trigger) return { case: 'processingTimeInterval', value: trigger.processingTime };
  if ('continuous' in trigger) return { case: 'continuousCheckpointInterval', value: trigger.continuous };
  return 'once' in trigger ? { case: 'once', value: true } : { case: 'availableNow', value: true };
}

function destinationOf(
  destination: NonNullable<StreamSpecification['destination']>,
): NonNullable<StartInit['sinkDestination']> {
  return 'path' in destination
    ? { case: 'path', value: destination.path }
    : { case: 'tableName', value: destination.tableName };
}

function identityOf({ queryId, name }: WriteStreamOperationStartResult) {
  if (!queryId) throw new SparkConnectError('protocol', 'the server started a query and did not tell its id');
  return { id: queryId.id, runId: queryId.runId, name: name || undefined };
}
