import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { CallSignal } from '../client/connect-options.ts';
import { isAtLeast } from '../client/server-features.ts';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import {
  CommandSchema,
  type WriteStreamOperationStart,
  type WriteStreamOperationStartResult,
  WriteStreamOperationStartSchema,
} from '../gen/spark/connect/commands_pb.js';
import type { Relation } from '../gen/spark/connect/relations_pb.js';
import { ListenerBus } from './listener-bus.ts';
import type { Trigger } from './trigger.ts';

/**
 * Which rows of a result that changes are written with each batch.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.ss/api/pyspark.sql.streaming.DataStreamWriter.outputMode.html
 */
export type OutputMode = 'append' | 'update' | 'complete';

/** Everything that a streaming query is started with, as the writer has collected it. */
export interface StreamSpecification {
  readonly format?: string | undefined;
  readonly outputMode?: OutputMode | undefined;
  readonly queryName?: string | undefined;
  readonly trigger?: Trigger | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
  readonly clusterBy?: readonly string[] | undefined;
  readonly destination?: { readonly path: string } | { readonly tableName: string } | undefined;
}

type StartInit = MessageInitShape<typeof WriteStreamOperationStartSchema>;

/** A query as its start was answered. */
export interface StartedStream {
  readonly id: string;
  readonly runId: string;
  readonly name: string | undefined;
  /** Resolves when the listeners of this process know of it, who may take their time. */
  readonly tellListeners: () => Promise<void>;
}

/** Sends the start command; the input is the streaming relation's protobuf. */
export async function startStream(
  client: SessionClient,
  input: Relation,
  specification: StreamSpecification,
  { foreachBatch, ...options }: CallSignal & { readonly foreachBatch?: StartInit['foreachBatch'] } = {},
): Promise<StartedStream> {
  const { destination } = specification;
  const value = create(WriteStreamOperationStartSchema, {
    input,
    format: specification.format ?? '',
    options: { ...specification.options },
    partitioningColumnNames: [...specification.partitionBy],
    clusteringColumnNames: [...(specification.clusterBy ?? [])],
    trigger: triggerOf(specification.trigger),
    outputMode: specification.outputMode ?? '',
    queryName: specification.queryName ?? '',
    ...(destination === undefined ? {} : { sinkDestination: destinationOf(destination) }),
    ...(foreachBatch === undefined ? {} : { foreachBatch }),
  });
  setRealTime(client.serverVersion, value, specification.trigger);
  const command = create(CommandSchema, { commandType: { case: 'writeStreamOperationStart', value } });
  for (const { responseType } of await client.runCommand(command, options)) {
    if (responseType.case !== 'writeStreamOperationStartResult') continue;
    const { queryStartedEventJson } = responseType.value;
    const tellListeners = () => ListenerBus.of(client).started(queryStartedEventJson);
    return { ...identityOf(responseType.value), tellListeners };
  }
  throw new SparkConnectError('protocol', 'the server started no query and told no reason');
}

function triggerOf(trigger: Trigger | undefined): NonNullable<StartInit['trigger']> {
  if (trigger === undefined) return { case: undefined };
  const { processingTime, continuous, realTime, once } = trigger;
  if (processingTime !== undefined) return { case: 'processingTimeInterval', value: processingTime };
  if (continuous !== undefined) return { case: 'continuousCheckpointInterval', value: continuous };
  if (realTime !== undefined) return { case: undefined };
  return { case: once === true ? 'once' : 'availableNow', value: true };
}

// `string real_time_batch_duration = 100`, in the protocol of 4.2: newer than the one that this client is generated from.
const REAL_TIME_FIELD = 100;

function setRealTime(version: string, start: WriteStreamOperationStart, trigger: Trigger | undefined) {
  if (trigger?.realTime === undefined) return;
  if (!isAtLeast(version, '4.2')) {
    // An older server would overlook the field and run micro-batches.
    throw new SparkConnectError(
      'unsupported',
      `the trigger realTime exists from Spark 4.2 on; this server has ${version}`,
    );
  }
  const data = new BinaryWriter().string(trigger.realTime).finish();
  start.$unknown = [{ no: REAL_TIME_FIELD, wireType: WireType.LengthDelimited, data }];
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
