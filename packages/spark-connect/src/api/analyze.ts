/** Questions to the server's analyser: nothing is executed. */
import { create } from '@bufbuild/protobuf';
import type { CallSignal } from '../client/connect-options.ts';
import type { SessionClient } from '../client/session-client.ts';
import { SparkConnectError } from '../errors.ts';
import {
  AnalyzePlanRequest_ExplainSchema,
  AnalyzePlanRequest_GetStorageLevelSchema,
  AnalyzePlanRequest_InputFilesSchema,
  AnalyzePlanRequest_IsLocalSchema,
  AnalyzePlanRequest_IsStreamingSchema,
  AnalyzePlanRequest_PersistSchema,
  AnalyzePlanRequest_SameSemanticsSchema,
  AnalyzePlanRequest_SchemaSchema,
  AnalyzePlanRequest_SemanticHashSchema,
  AnalyzePlanRequest_TreeStringSchema,
  AnalyzePlanRequest_UnpersistSchema,
  AnalyzePlanRequest_Explain_ExplainMode as ExplainModeProto,
} from '../gen/spark/connect/base_pb.js';
import { compileRelation, relationPlan } from '../plan/compile/index.ts';
import type { RelationNode } from '../plan/relations/index.ts';
import type { StorageLevel } from '../plan/storage-level.ts';
import { type StructType, schemaFromProto } from '../types/index.ts';

/**
 * How much of a plan `explain` shows.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.explain.html
 */
export type ExplainMode = 'simple' | 'extended' | 'codegen' | 'cost' | 'formatted';

const explainModes: Readonly<Record<ExplainMode, ExplainModeProto>> = {
  simple: ExplainModeProto.SIMPLE,
  extended: ExplainModeProto.EXTENDED,
  codegen: ExplainModeProto.CODEGEN,
  cost: ExplainModeProto.COST,
  formatted: ExplainModeProto.FORMATTED,
};

export async function analyzeSchema(
  client: SessionClient,
  node: RelationNode,
  options?: CallSignal,
): Promise<StructType> {
  const value = create(AnalyzePlanRequest_SchemaSchema, { plan: relationPlan(node) });
  const result = await client.analyze({ case: 'schema', value }, options);
  if (result.case === 'schema' && result.value.schema !== undefined) return schemaFromProto(result.value.schema);
  throw noAnswer('schema');
}

export async function analyzeExplain(
  client: SessionClient,
  node: RelationNode,
  mode: ExplainMode,
  options?: CallSignal,
): Promise<string> {
  const explainMode = explainModes[mode];
  if (explainMode === undefined) {
    throw new SparkConnectError(
      'invalid-argument',
      `explain has no mode '${mode}': ${Object.keys(explainModes).join(', ')}`,
    );
  }
  const value = create(AnalyzePlanRequest_ExplainSchema, { plan: relationPlan(node), explainMode });
  const result = await client.analyze({ case: 'explain', value }, options);
  if (result.case === 'explain') return result.value.explainString;
  throw noAnswer('explain');
}

export async function analyzeTreeString(
  client: SessionClient,
  node: RelationNode,
  level?: number,
  options?: CallSignal,
): Promise<string> {
  const plan = relationPlan(node);
  const value = create(AnalyzePlanRequest_TreeStringSchema, level === undefined ? { plan } : { plan, level });
  const result = await client.analyze({ case: 'treeString', value }, options);
  if (result.case === 'treeString') return result.value.treeString;
  throw noAnswer('tree string');
}

export async function analyzeIsStreaming(
  client: SessionClient,
  node: RelationNode,
  options?: CallSignal,
): Promise<boolean> {
  const value = create(AnalyzePlanRequest_IsStreamingSchema, { plan: relationPlan(node) });
  const result = await client.analyze({ case: 'isStreaming', value }, options);
  if (result.case === 'isStreaming') return result.value.isStreaming;
  throw noAnswer('isStreaming');
}

export async function analyzeIsLocal(
  client: SessionClient,
  node: RelationNode,
  options?: CallSignal,
): Promise<boolean> {
  const value = create(AnalyzePlanRequest_IsLocalSchema, { plan: relationPlan(node) });
  const result = await client.analyze({ case: 'isLocal', value }, options);
  if (result.case === 'isLocal') return result.value.isLocal;
  throw noAnswer('isLocal');
}

export async function analyzeInputFiles(
  client: SessionClient,
  node: RelationNode,
  options?: CallSignal,
): Promise<readonly string[]> {
  const value = create(AnalyzePlanRequest_InputFilesSchema, { plan: relationPlan(node) });
  const result = await client.analyze({ case: 'inputFiles', value }, options);
  if (result.case === 'inputFiles') return result.value.files;
  throw noAnswer('input files');
}

export async function analyzeSameSemantics(
  client: SessionClient,
  target: RelationNode,
  other: RelationNode,
  options?: CallSignal,
): Promise<boolean> {
  const value = create(AnalyzePlanRequest_SameSemanticsSchema, {
    targetPlan: relationPlan(target),
    otherPlan: relationPlan(other),
  });
  const result = await client.analyze({ case: 'sameSemantics', value }, options);
  if (result.case === 'sameSemantics') return result.value.result;
  throw noAnswer('same semantics');
}

export async function analyzeSemanticHash(
  client: SessionClient,
  node: RelationNode,
  options?: CallSignal,
): Promise<number> {
  const value = create(AnalyzePlanRequest_SemanticHashSchema, { plan: relationPlan(node) });
  const result = await client.analyze({ case: 'semanticHash', value }, options);
  if (result.case === 'semanticHash') return result.value.result;
  throw noAnswer('semantic hash');
}

export async function persistRelation(
  client: SessionClient,
  node: RelationNode,
  level: StorageLevel,
  options?: CallSignal,
): Promise<void> {
  const relation = compileRelation(node);
  const value = create(AnalyzePlanRequest_PersistSchema, { relation, storageLevel: { ...level } });
  await client.analyze({ case: 'persist', value }, options);
}

export async function unpersistRelation(
  client: SessionClient,
  node: RelationNode,
  blocking: boolean,
  options?: CallSignal,
): Promise<void> {
  const relation = compileRelation(node);
  const value = create(AnalyzePlanRequest_UnpersistSchema, { relation, blocking });
  await client.analyze({ case: 'unpersist', value }, options);
}

export async function relationStorageLevel(
  client: SessionClient,
  node: RelationNode,
  options?: CallSignal,
): Promise<StorageLevel> {
  const value = create(AnalyzePlanRequest_GetStorageLevelSchema, { relation: compileRelation(node) });
  const result = await client.analyze({ case: 'getStorageLevel', value }, options);
  const level = result.case === 'getStorageLevel' ? result.value.storageLevel : undefined;
  if (level === undefined) throw noAnswer('storage level');
  const { useDisk, useMemory, useOffHeap, deserialized, replication } = level;
  return { useDisk, useMemory, useOffHeap, deserialized, replication };
}

function noAnswer(question: string): SparkConnectError {
  return new SparkConnectError('protocol', `the server gave no answer to the question for ${question}`);
}
