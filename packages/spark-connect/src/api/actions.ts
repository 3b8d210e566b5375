/** What DataFrame's actions do with a server: execute a relation and decode its batches. */
import type { Table } from 'apache-arrow';
import type { BatchDecoder, Row, RowBatch } from '../arrow/index.ts';
import type { CallSignal } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import type { ExecutePlanResponse } from '../gen/spark/connect/base_pb.js';
import { relationPlan } from '../plan/compile/index.ts';
import type { RelationNode } from '../plan/relations/index.ts';
import { type StructType, schemaFromProto } from '../types/index.ts';
import { loadArrow } from './arrow-room.ts';
import { type ExecutionInfo, NOTHING_TOLD, withResponse } from './execution-info.ts';
import { deliverMetrics } from './observation.ts';

/** How an action runs; its signal also interrupts the execution on the server. */
export interface ActionOptions extends CallSignal {
  /** Names by which the running operation can be interrupted. */
  readonly tags?: readonly string[] | undefined;
}

/** An action whose cost somebody wants to know. */
export interface NotedAction extends ActionOptions {
  readonly onExecutionInfo?: (info: ExecutionInfo) => void;
}

interface ArrowMessage {
  readonly data: Uint8Array;
  readonly schema: StructType | undefined;
  /** What the server says is in it. */
  readonly rowCount: bigint;
}

/** Executes a relation once the first message is asked for, with the tags that the session has now. */
function executeArrow(
  client: SessionClient,
  node: RelationNode,
  { onExecutionInfo, ...options }: NotedAction,
): AsyncGenerator<ArrowMessage, void, undefined> {
  const responses = client.execute(() => relationPlan(node), options);
  return arrowMessages(client, responses, onExecutionInfo);
}

/** Arrow streams as the server sends them. */
async function* arrowMessages(
  client: SessionClient,
  responses: AsyncGenerator<ExecutePlanResponse, void, undefined>,
  onExecutionInfo: NotedAction['onExecutionInfo'],
): AsyncGenerator<ArrowMessage, void, undefined> {
  let schema: StructType | undefined;
  let rowsSeen = 0n;
  let info = NOTHING_TOLD;
  for await (const response of responses) {
    if (response.schema !== undefined) schema = schemaFromProto(response.schema);
    if (response.observedMetrics.length > 0) deliverMetrics(client, response.observedMetrics);
    info = withResponse(info, response);
    if (response.responseType.case !== 'arrowBatch') continue;
    const { rowCount, startOffset, data } = response.responseType.value;
    // A lost or doubled batch must not pass for the result; 3.5 sends no offsets.
    if (startOffset !== undefined && startOffset !== rowsSeen) throw wrongBatch(rowCount, startOffset, rowsSeen);
    rowsSeen += rowCount;
    yield { data, schema, rowCount };
  }
  onExecutionInfo?.(info);
}

/** Executes a relation; batches come as the server sends them, and waiting to take the next one holds the server back. */
export function executeBatches(
  client: SessionClient,
  node: RelationNode,
  options: NotedAction = {},
): AsyncGenerator<RowBatch, void, undefined> {
  return decoded(executeArrow(client, node, options));
}

async function* decoded(
  messages: AsyncGenerator<ArrowMessage, void, undefined>,
): AsyncGenerator<RowBatch, void, undefined> {
  const { BatchDecoder: Decoder } = await loadArrow();
  let decoder: BatchDecoder | undefined;
  for await (const { data, schema, rowCount } of messages) {
    decoder ??= new Decoder(schema);
    const batch = decoder.decode(data);
    if (BigInt(batch.rowCount) !== rowCount) throw wrongBatch(rowCount, undefined, BigInt(batch.rowCount));
    yield batch;
  }
}

/** All rows as one Arrow table. */
export async function collectArrow(
  client: SessionClient,
  node: RelationNode,
  options: NotedAction = {},
): Promise<Table> {
  const messages: Uint8Array[] = [];
  for await (const { data } of executeArrow(client, node, options)) messages.push(data);
  return (await loadArrow()).decodeTable(messages);
}

function wrongBatch(rowCount: bigint, startOffset: bigint | undefined, found: bigint): SparkConnectError {
  const told = startOffset === undefined ? `${rowCount} rows` : `${rowCount} rows from ${startOffset}`;
  const came = startOffset === undefined ? `${found} came` : `${found} rows had come before`;
  return new SparkConnectError('protocol', `a batch of ${told} was told, and ${came}`);
}

/** All rows; they have to fit into memory. */
export async function collectRows(
  client: SessionClient,
  node: RelationNode,
  options: ActionOptions = {},
): Promise<Row[]> {
  const blocks: Row[][] = [];
  for await (const batch of executeBatches(client, node, options)) blocks.push(batch.rows());
  return joined(blocks);
}

/** One array of the right size: one that grows is copied many times, and `concat` takes V8 far longer for blocks made with their length. */
function joined(blocks: readonly Row[][]): Row[] {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return only;
  const rows = new Array<Row>(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    block.forEach((row) => {
      rows[at++] = row;
    });
  }
  return rows;
}

/** The one value that a relation of one row and one column has, e.g. an aggregate or a text for people. */
export async function singleValue(
  client: SessionClient,
  node: RelationNode,
  options: ActionOptions = {},
): Promise<unknown> {
  let found = false;
  let value: unknown;
  for await (const batch of executeBatches(client, node, options)) {
    if (found || batch.rowCount === 0) continue;
    value = batch.column(0).get(0);
    found = true;
  }
  if (!found) throw new SparkConnectError('protocol', 'the server sent no row where one was due');
  return value;
}
