/** What one source of a streaming query read in a micro-batch. Offsets are the source's own, as Spark prints them. */
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

export interface SinkProgress {
  readonly description: string;
  /** -1 where the sink does not count. */
  readonly numOutputRows: number;
  readonly metrics?: Readonly<Record<string, string>>;
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
  readonly stateOperators: readonly Readonly<Record<string, unknown>>[];
  readonly sources: readonly SourceProgress[];
  readonly sink: SinkProgress;
  /** Metrics named by `DataFrame.observe`. */
  readonly observedMetrics?: Readonly<Record<string, unknown>>;
}

/** What the JSON holds: the sums over the sources are Spark's own methods, and not part of it. */
type ReportedProgress = Omit<StreamingQueryProgress, 'numInputRows' | 'inputRowsPerSecond' | 'processedRowsPerSecond'>;

/** Reads the JSON that Spark reports of a micro-batch, and adds up its sources as Spark does. */
export function parseProgress(json: string): StreamingQueryProgress {
  const reported = JSON.parse(json) as ReportedProgress;
  const sum = (value: (source: SourceProgress) => number | undefined) =>
    reported.sources.reduce((total, source) => total + (value(source) ?? 0), 0);
  return {
    ...reported,
    numInputRows: sum((source) => source.numInputRows),
    inputRowsPerSecond: sum((source) => source.inputRowsPerSecond),
    processedRowsPerSecond: sum((source) => source.processedRowsPerSecond),
  };
}
