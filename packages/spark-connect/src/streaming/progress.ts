import { exactJsonText, isJsonObject, parseExactJson, withPlainNumbers } from './exact-json.ts';
import { type ObservedMetrics, readObservedMetrics } from './observed-metrics.ts';

/**
 * What one source of a streaming query read in a micro-batch. Offsets are texts as the source prints them, mostly JSON: `0`,
 * `{"topic":{"0":12}}`; null where there is none.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface SourceProgress {
  /** The source, as it prints itself. */
  readonly description: string;
  /** Where the batch began. */
  readonly startOffset: string | null;
  /** Where the batch ended. */
  readonly endOffset: string | null;
  /** How far the source had come. */
  readonly latestOffset: string | null;
  /** How many rows were read. */
  readonly numInputRows: number;
  /** Rows that arrived each second since the batch before. */
  readonly inputRowsPerSecond?: number;
  /** Rows that were handled each second of the batch. */
  readonly processedRowsPerSecond?: number;
  /** What the source counts beyond that. */
  readonly metrics?: Readonly<Record<string, string>>;
}

/**
 * What a batch has brought to the sink.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface SinkProgress {
  /** The sink, as it prints itself. */
  readonly description: string;
  /** -1 where the sink does not count. */
  readonly numOutputRows: number;
  /** What the sink counts beyond that. */
  readonly metrics?: Readonly<Record<string, string>>;
}

/**
 * What an operator that keeps state between micro-batches did. Times are in milliseconds.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface StateOperatorProgress {
  /** E.g. `stateStoreSave`, `dedupe`, `symmetricHashJoin`. */
  readonly operatorName: string;
  /** Rows that are kept. */
  readonly numRowsTotal: number;
  /** Rows that were added or changed. */
  readonly numRowsUpdated: number;
  /** What that took, of all tasks together. */
  readonly allUpdatesTimeMs: number;
  /** Rows that were forgotten. */
  readonly numRowsRemoved: number;
  /** What that took, of all tasks together. */
  readonly allRemovalsTimeMs: number;
  /** What saving took, of all tasks together. */
  readonly commitTimeMs: number;
  /** Memory that the state takes. */
  readonly memoryUsedBytes: number;
  /** Rows that came too late. */
  readonly numRowsDroppedByWatermark: number;
  /** In how many partitions the state is. */
  readonly numShufflePartitions: number;
  /** How many stores hold it. */
  readonly numStateStoreInstances: number;
  /** What the store counts beyond that. */
  readonly customMetrics?: Readonly<Record<string, number>>;
}

/**
 * The report of one micro-batch. Times are in milliseconds, `timestamp` is ISO 8601 in UTC.
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface StreamingQueryProgress {
  /** Stays the same over restarts from one checkpoint. */
  readonly id: string;
  /** New with every start. */
  readonly runId: string;
  /** As the writer named it; null where it did not. */
  readonly name: string | null;
  /** When the batch began. */
  readonly timestamp: string;
  /** Counted from 0; the same batch done again has the same number. */
  readonly batchId: number;
  /** How long the batch took. */
  readonly batchDuration?: number;
  /** Rows that all sources gave. */
  readonly numInputRows: number;
  /** Rows that arrived each second since the batch before. */
  readonly inputRowsPerSecond: number;
  /** Rows that were handled each second of the batch. */
  readonly processedRowsPerSecond: number;
  /** Milliseconds by phase: `triggerExecution`, `addBatch`, `queryPlanning`, `walCommit`, `commitOffsets` … */
  readonly durationMs: Readonly<Record<string, number>>;
  /** `max`, `min`, `avg` of event time and the `watermark`, as ISO 8601; where the query has a watermark. */
  readonly eventTime?: Readonly<Record<string, string>>;
  /** What is kept between batches. */
  readonly stateOperators: readonly StateOperatorProgress[];
  /** What each source gave. */
  readonly sources: readonly SourceProgress[];
  /** What the sink took. */
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
