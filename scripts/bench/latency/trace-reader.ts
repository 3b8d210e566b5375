import { z } from 'zod';
import type { BatchTrace } from './batch-trace.ts';

const numbers = z.record(z.string(), z.number());
const eventSchema = z.object({
  query: z.string().optional(),
  batchId: z.number(),
  counts: numbers,
  durationMs: numbers,
  at: z.string(),
});
const reportSchema = z.object({
  query: z.string(),
  batchId: z.number(),
  rows: z.number(),
  phasesMs: numbers,
  at: z.string(),
});
const progressSchema = z.object({
  progress: z.object({ batchId: z.number(), timestamp: z.string(), durationMs: numbers }),
});

/** Puts batches together from the JSON lines of a pipeline, which come in any order. */
export class TraceReader {
  readonly #query: string;
  readonly #started = new Map<number, Pick<BatchTrace, 'startedAt' | 'phasesMs'>>();
  readonly #handled = new Map<number, Pick<BatchTrace, 'handlerAt' | 'lapsMs' | 'mails'>>();

  /** @param query only lines of this query count, where they name one */
  constructor(query: string) {
    this.#query = query;
  }

  /** Takes one line; what is none of a batch is passed over. */
  read(line: string): void {
    const json = jsonOf(line);
    const event = eventSchema.safeParse(json).data;
    if (event && (event.query ?? this.#query) === this.#query) {
      const mails = event.counts['mails sent'] ?? event.counts.notifications ?? 0;
      this.#handled.set(event.batchId, { handlerAt: Date.parse(event.at), lapsMs: event.durationMs, mails });
    }
    const report = reportSchema.safeParse(json).data;
    if (report?.query === this.#query) {
      this.#started.set(report.batchId, { startedAt: Date.parse(report.at), phasesMs: report.phasesMs });
    }
    const progress = progressSchema.safeParse(json).data?.progress;
    if (progress?.durationMs.addBatch !== undefined) {
      const { batchId, timestamp, durationMs } = progress;
      this.#started.set(batchId, { startedAt: Date.parse(timestamp), phasesMs: durationMs });
    }
  }

  /** The mails that each batch says it sent, reported by Spark or not. */
  get handled(): readonly Pick<BatchTrace, 'batchId' | 'mails'>[] {
    return [...this.#handled].map(([batchId, { mails }]) => ({ batchId, mails }));
  }

  /** The batches of which everything is known, by id. */
  get traces(): ReadonlyMap<number, BatchTrace> {
    const traces = new Map<number, BatchTrace>();
    for (const [batchId, handled] of this.#handled) {
      const started = this.#started.get(batchId);
      if (started) traces.set(batchId, { batchId, ...started, ...handled });
    }
    return traces;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
