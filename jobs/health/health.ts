import type { BatchReport } from '../query-progress.ts';

/** What a supervisor is told. */
export interface HealthReport {
  /** `waiting`: no queries yet, or standing by for them. */
  readonly status: 'ok' | 'waiting' | 'failing';
  /** Why it is failing, for people. */
  readonly reasons: readonly string[];
  readonly jobs: readonly JobHealth[];
}

interface JobHealth {
  readonly job: string;
  /** Since this process's lease in the job's session was renewed last; others take the job over when it grows old. */
  readonly leaseAgeS: number;
  readonly queries: readonly QueryHealth[];
}

interface QueryHealth {
  readonly query: string;
  /** Since Spark, or Kafka for `alerts run`, has told how it goes. */
  readonly heardAgeS: number;
  readonly lastBatch: { readonly batchId: number; readonly rows: number; readonly ageS: number } | null;
}

/** What of a running job matters here. */
export interface FollowedJob {
  readonly job: { readonly name: string };
  readonly queries: readonly { readonly name: string }[];
  /** Who tells how it goes; Spark by default. */
  readonly heardFrom?: string;
  leaseAgeMs(): number;
}

/** Longer than Spark's server needs for a pause or a restart, which a new driver would not shorten. */
const SILENCE_LIMIT_S = 60;

interface Heard {
  at: number;
  batch: { readonly report: BatchReport; readonly at: number } | undefined;
}

/** What `submit` knows of the queries that it follows; whether it should be replaced is for a supervisor to decide. */
export class Health {
  readonly #maxBatchAgeS: number;
  readonly #now: () => number;
  readonly #heard = new Map<string, Heard>();
  #running: readonly FollowedJob[] = [];

  /**
   * @param maxBatchAgeMs the oldest that a query's last batch may be: for topics that always get readings
   * @param now a clock that never goes back, in milliseconds
   */
  constructor({ maxBatchAgeMs = Number.POSITIVE_INFINITY, now = () => performance.now() } = {}) {
    this.#maxBatchAgeS = maxBatchAgeMs / 1_000;
    this.#now = now;
  }

  /** These jobs run from now on; none while it stands by. */
  follows(running: readonly FollowedJob[]): void {
    this.#running = [...running];
    this.#heard.clear();
    for (const { name } of running.flatMap((job) => job.queries)) {
      this.#heard.set(name, { at: this.#now(), batch: undefined });
    }
  }

  /** Spark, or whoever it is heard from, has answered, with the batches that are new since it was asked last. */
  heard(query: string, reports: readonly BatchReport[]): void {
    const entry = this.#heard.get(query);
    if (entry === undefined) return;
    entry.at = this.#now();
    const report = reports.at(-1);
    if (report !== undefined) entry.batch = { report, at: this.#now() };
  }

  report(): HealthReport {
    const jobs = this.#running.map(({ job, queries, leaseAgeMs }) => ({
      job: job.name,
      leaseAgeS: seconds(leaseAgeMs()),
      queries: queries.map(({ name }) => this.#queryHealth(name)),
    }));
    const reasons = jobs.flatMap((job, index) => [
      ...this.#objections(job, this.#running[index]?.heardFrom ?? 'Spark'),
    ]);
    return { status: reasons.length > 0 ? 'failing' : jobs.length === 0 ? 'waiting' : 'ok', reasons, jobs };
  }

  #queryHealth(query: string): QueryHealth {
    const { at = this.#now(), batch } = this.#heard.get(query) ?? {};
    const age = (since: number) => seconds(this.#now() - since);
    const lastBatch = batch && { batchId: batch.report.batchId, rows: batch.report.rows, ageS: age(batch.at) };
    return { query, heardAgeS: age(at), lastBatch: lastBatch ?? null };
  }

  *#objections({ job, leaseAgeS, queries }: JobHealth, heardFrom: string): Generator<string> {
    if (leaseAgeS > SILENCE_LIMIT_S) yield `${job}: the lease was not renewed for ${Math.round(leaseAgeS)} s`;
    for (const { query, heardAgeS, lastBatch } of queries) {
      if (heardAgeS > SILENCE_LIMIT_S) yield `${query}: ${heardFrom} has not answered for ${Math.round(heardAgeS)} s`;
      else if (lastBatch !== null && lastBatch.ageS > this.#maxBatchAgeS) {
        yield `${query}: the last batch was ${Math.round(lastBatch.ageS)} s ago`;
      }
    }
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
