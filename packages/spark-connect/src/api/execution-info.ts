/** What an execution cost, as the server tells with its result. */
import type { ExecutePlanResponse } from '../gen/spark/connect/base_pb.js';
import { literalValue } from '../plan/literal-value.ts';

/**
 * What one physical operator of an execution counted.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.executionInfo.html
 */
export interface OperatorMetrics {
  /** The physical operator, e.g. `HashAggregate`. */
  readonly name: string;
  /** The operator's id within the plan. */
  readonly planId: bigint;
  /** The operator that takes its rows. */
  readonly parentPlanId: bigint;
  /** By name; `type` tells how to read the value: `sum`, `size` (bytes), `timing` (milliseconds) … */
  readonly metrics: Readonly<Record<string, { readonly value: bigint; readonly type: string }>>;
}

/**
 * What an action cost, operator by operator.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.executionInfo.html
 */
export interface ExecutionInfo {
  /** By operator of the physical plan. */
  readonly metrics: readonly OperatorMetrics[];
  /** What `observe` computed on the way, by the observation's name. */
  readonly flows: readonly { readonly name: string; readonly values: readonly unknown[] }[];
}

/** Of an execution that tells nothing. */
export const NOTHING_TOLD: ExecutionInfo = { metrics: [], flows: [] };

/** Adds what a response tells; the last word about an operator counts. */
export function withResponse(info: ExecutionInfo, response: ExecutePlanResponse): ExecutionInfo {
  const told = response.metrics?.metrics ?? [];
  if (told.length === 0 && response.observedMetrics.length === 0) return info;
  const metrics = told.map(({ name, planId, parent, executionMetrics }) => ({
    name,
    planId,
    parentPlanId: parent,
    metrics: Object.fromEntries(
      Object.entries(executionMetrics).map(([key, { value, metricType }]) => [key, { value, type: metricType }]),
    ),
  }));
  const flows = response.observedMetrics.map(({ name, values }) => ({ name, values: values.map(literalValue) }));
  return { metrics: metrics.length > 0 ? metrics : info.metrics, flows: [...info.flows, ...flows] };
}
