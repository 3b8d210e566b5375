import type { StreamingQuery, StreamingQueryProgress } from '@instant-health/spark-connect';
import type { JobEvent } from './job.ts';

/** One micro-batch, in the numbers that people watch. */
export interface BatchReport {
  readonly query: string;
  readonly batchId: number;
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly durationMs: number;
  /** Where that went, by Spark's names: `latestOffset`, `queryPlanning`, `addBatch`, `commitOffsets` … */
  readonly phasesMs: Readonly<Record<string, number>>;
  /** Messages that wait in Kafka, behind the busiest partition's end; undefined for other sources. */
  readonly lag: number | undefined;
  readonly at: string;
}

export function batchReport(progress: StreamingQueryProgress): BatchReport {
  const behind = progress.sources.map(({ metrics }) => Number(metrics?.maxOffsetsBehindLatest)).filter(Number.isFinite);
  return {
    query: progress.name ?? progress.id,
    batchId: progress.batchId,
    rows: progress.numInputRows,
    rowsPerSecond: progress.processedRowsPerSecond ?? 0,
    durationMs: progress.durationMs.triggerExecution ?? progress.batchDuration ?? 0,
    phasesMs: progress.durationMs,
    lag: behind.length > 0 ? Math.max(...behind) : undefined,
    at: progress.timestamp,
  };
}

/** `patient-vitals-archive  batch 12  300 rows  148.2 rows/s  1.2 s  lag 0` */
export function batchLine(report: BatchReport): string {
  const cells = [
    report.query.padEnd(26),
    `batch ${report.batchId}`.padEnd(11),
    `${report.rows} rows`.padStart(11),
    `${report.rowsPerSecond.toFixed(1)} rows/s`.padStart(15),
    `${(report.durationMs / 1000).toFixed(2)} s`.padStart(9),
  ];
  return [...cells, ...(report.lag === undefined ? [] : [`  lag ${report.lag}`])].join('');
}

/** `vital-alerts              handled batch 12: 3 out of limits, 2 mails sent (directory 2 ms, collect 96 ms, mail 8 ms)` */
export function eventLine({ query, batchId, counts, durationMs }: JobEvent): string {
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const spent = Object.entries(durationMs).map(([step, ms]) => `${step} ${Math.round(ms)} ms`);
  return `${query.padEnd(26)}handled batch ${batchId}: ${told.join(', ') || 'nothing to report'} (${spent.join(', ')})`;
}

type FollowedQuery = Pick<StreamingQuery, 'lastProgress' | 'recentProgress'>;

/**
 * Yields each batch of a query that read something, once, in order; asks the server at the pace that the caller sets.
 * A query that is faster than that is caught up with from the reports that the server keeps.
 */
export class BatchFollower {
  readonly #query: FollowedQuery;
  #seen = -1;

  constructor(query: FollowedQuery) {
    this.#query = query;
  }

  async next(): Promise<BatchReport[]> {
    const last = await this.#query.lastProgress();
    if (last === undefined || last.batchId <= this.#seen) return [];
    const missed = this.#seen >= 0 && last.batchId > this.#seen + 1;
    const candidates = missed || this.#seen < 0 ? await this.#query.recentProgress() : [last];
    // A batch that had nothing to do is reported again under the same id when data has come.
    const fresh = candidates.filter((progress) => progress.batchId > this.#seen && progress.numInputRows > 0);
    this.#seen = fresh.at(-1)?.batchId ?? this.#seen;
    return fresh.map(batchReport);
  }
}
