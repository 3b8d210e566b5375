/** What DataFrame's actions do with a server: execute a relation and decode its batches. */
import { BatchDecoder, type Row, type RowBatch } from '../arrow/index.ts';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import { relationPlan } from '../plan/compile/index.ts';
import type { RelationNode } from '../plan/relations/index.ts';
import { type StructType, schemaFromProto } from '../types/index.ts';
import { deliverMetrics } from './observation.ts';

export interface ActionOptions {
  /** Aborting interrupts the execution on the server; the action rejects with the signal's reason, as `fetch` does. */
  readonly signal?: AbortSignal | undefined;
  /** Names by which the running operation can be interrupted. */
  readonly tags?: readonly string[] | undefined;
}

/** Executes a relation; batches come as the server sends them, and waiting to take the next one holds the server back. */
export async function* executeBatches(
  client: SessionClient,
  node: RelationNode,
  options: ActionOptions = {},
): AsyncGenerator<RowBatch, void, undefined> {
  let schema: StructType | undefined;
  let decoder: BatchDecoder | undefined;
  let rowsSeen = 0n;
  for await (const response of client.execute(relationPlan(node), options)) {
    if (response.schema !== undefined) schema = schemaFromProto(response.schema);
    if (response.observedMetrics.length > 0) deliverMetrics(client, response.observedMetrics);
    if (response.responseType.case === 'arrowBatch') {
      const { rowCount, startOffset, data } = response.responseType.value;
      decoder ??= new BatchDecoder(schema);
      const batch = decoder.decode(data);
      // A lost, doubled or cut batch must not pass for the result; 3.5 sends no offsets.
      if (BigInt(batch.rowCount) !== rowCount || (startOffset !== undefined && startOffset !== rowsSeen)) {
        const told = `${rowCount} rows from ${startOffset ?? rowsSeen}`;
        throw new SparkConnectError(
          'protocol',
          `a batch of ${told} was told, ${batch.rowCount} rows from ${rowsSeen} came`,
        );
      }
      rowsSeen += rowCount;
      yield batch;
    }
  }
}

/** All rows; they have to fit into memory. */
export async function collectRows(
  client: SessionClient,
  node: RelationNode,
  options: ActionOptions = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of executeBatches(client, node, options)) {
    for (const row of batch.rows()) rows.push(row);
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
