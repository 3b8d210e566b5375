import { exactJsonText, isJsonObject, parseExactJson, withPlainNumbers } from './exact-json.ts';
import { type ObservedMetrics, readObservedMetrics } from './observed-metrics.ts';

/**
 * What one source of a streaming query read in a micro-batch. Offsets are texts as the source prints them, mostly JSON: `0`,
 * `{"topic":{"0":12}}`; null where there is none.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface SourceProgress {
  readonly description: string;
  readonly startOffset: string | null;
  readonly endOffset: string | null;
  readonly latestOffset: string | null;
  readonly numInputRows: number;
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
  readonly metrics?: Readonly<Record<string, string>>;
}

/**
 * What a batch has brought to the sink.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface SinkProgress {
  readonly description: string;
  /** -1 where the sink does not count. */
  readonly numOutputRows: number;
  readonly metrics?: Readonly<Record<string, string>>;
}

/**
 * What an operator that keeps state between micro-batches did. Times are in milliseconds.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface StateOperatorProgress {
  readonly operatorName: string;
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly allUpdatesTimeMs: number;
  readonly numRowsRemoved: number;
  readonly allRemovalsTimeMs: number;
  readonly commitTimeMs: number;
  readonly memoryUsedBytes: number;
  readonly numRowsDroppedByWatermark: number;
  readonly numShufflePartitions: number;
  readonly numStateStoreInstances: number;
  readonly customMetrics?: Readonly<Record<string, number>>;
}

/**
 * The report of one micro-batch. Times are in milliseconds, `timestamp` is ISO 8601 in UTC.
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface StreamingQueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  readonly timestamp: string;
  readonly batchId: number;
  readonly batchDuration?: number;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
  /** Milliseconds by phase: `triggerExecution`, `addBatch`, `queryPlanning`, `walCommit`, `commitOffsets` … */
  readonly durationMs: Readonly<Record<string, number>>;
  readonly eventTime?: Readonly<Record<string, string>>;
  readonly stateOperators: readonly StateOperatorProgress[];
  readonly sources: readonly SourceProgress[];
  readonly sink: SinkProgress;
  /**
   * Metrics by the names that `DataFrame.observe` gave, each an object by the names of its columns. Whole numbers are bigint,
   * of whatever type; others are number, or a text where a number would lose digits, as of a long decimal: `Decimal.from` takes
   * each of them. NaN and Infinity are texts, binary is Base64, structs are objects, and maps whose keys are no texts are lists
   * of `{ key, value }`. Dates and timestamps are as Spark reports them: milliseconds since 1970, or to listeners of Spark 4
   * texts in whole seconds.
   */
  readonly observedMetrics?: Readonly<Record<string, ObservedMetrics>>;
}

/** Reads the JSON that Spark reports of a micro-batch. */
export function parseProgress(json: string): StreamingQueryProgress {
  return readProgress(parseExactJson(json));
}

/** The same of JSON that is part of another, read exactly. Adds up the sources as Spark does. */
export function readProgress(reported: unknown): StreamingQueryProgress {
  const { sources, observedMetrics, ...rest } = reported as Readonly<Record<string, unknown>>;
  const read = (sources as readonly unknown[]).map(readSource);
  const sum = (value: (source: SourceProgress) => number | undefined) =>
    read.reduce((total, source) => total + (value(source) ?? 0), 0);
  return {
    ...(withPlainNumbers(rest) as StreamingQueryProgress),
    sources: read,
    ...(isJsonObject(observedMetrics) ? { observedMetrics: readObservedMetrics(observedMetrics) } : {}),
    numInputRows: sum((source) => source.numInputRows),
    inputRowsPerSecond: sum((source) => source.inputRowsPerSecond),
    processedRowsPerSecond: sum((source) => source.processedRowsPerSecond),
  };
}

function readSource(reported: unknown): SourceProgress {
  const { startOffset, endOffset, latestOffset, ...rest } = reported as Readonly<Record<string, unknown>>;
  return {
    ...(withPlainNumbers(rest) as SourceProgress),
    startOffset: offsetText(startOffset),
    endOffset: offsetText(endOffset),
    latestOffset: offsetText(latestOffset),
  };
}

/** To listeners, Spark 4 sends the JSON that the text holds elsewhere. */
function offsetText(offset: unknown): string | null {
  if (typeof offset === 'string') return offset;
  return offset === undefined || offset === null ? null : exactJsonText(offset);
}
