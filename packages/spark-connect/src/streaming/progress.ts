/**
 * What one source of a streaming query read in a micro-batch. Offsets are the source's own, as Spark prints them.
 *
 * @see https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface SourceProgress {
  readonly description: string;
  readonly startOffset: unknown;
  readonly endOffset: unknown;
  readonly latestOffset: unknown;
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
  /** Metrics named by `DataFrame.observe`. */
  readonly observedMetrics?: Readonly<Record<string, unknown>>;
}

/** What the JSON holds: the sums over the sources are Spark's own methods, and not part of it. */
export type ReportedProgress = Omit<
  StreamingQueryProgress,
  'numInputRows' | 'inputRowsPerSecond' | 'processedRowsPerSecond'
>;

/** Reads the JSON that Spark reports of a micro-batch. */
export function parseProgress(json: string): StreamingQueryProgress {
  return readProgress(JSON.parse(json) as ReportedProgress);
}

/** Adds up the sources of a report as Spark does. */
export function readProgress(reported: ReportedProgress): StreamingQueryProgress {
  const sum = (value: (source: SourceProgress) => number | undefined) =>
    reported.sources.reduce((total, source) => total + (value(source) ?? 0), 0);
  return {
    ...reported,
    numInputRows: sum((source) => source.numInputRows),
    inputRowsPerSecond: sum((source) => source.inputRowsPerSecond),
    processedRowsPerSecond: sum((source) => source.processedRowsPerSecond),
  };
}
