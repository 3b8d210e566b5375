import type { DataFrame, DataStreamWriter, SparkSession } from '@instant-health/spark-connect';
import type { Environment, Logger } from '../settings/index.ts';
import type { Pace } from './pace.ts';

/** What submit passes to a job; all of it has been checked. */
export interface JobContext {
  readonly spark: SparkSession;
  readonly environment: Environment;
  readonly log: Logger;
  /** How often queries look for data, as `--trigger` said; the job's own default otherwise. Spark's interval text. */
  readonly triggerInterval: string | undefined;
  /** How often the server may be asked. */
  readonly pace: Pace;
  /** Tells whoever follows the job what its handler did. */
  readonly report: (event: JobEvent) => void;
}

/** What a handler did with one batch: counts and times in milliseconds, no patient's data. */
export interface JobEvent {
  readonly query: string;
  readonly batchId: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly durationMs: Readonly<Record<string, number>>;
  /** When the batch reached the handler, ISO 8601. */
  readonly at: string;
}

/** One streaming query of a job, described and not started. */
export interface JobQuery {
  readonly name: string;
  readonly writer: DataStreamWriter;
  /** Named plans for `--dry-run`: the stream, and whatever a handler computes on each batch. */
  readonly plans: Readonly<Record<string, DataFrame>>;
  /** Where the query keeps its progress, and the setting that says so; undefined for one that starts anew each time. */
  readonly checkpoint: { readonly path: string; readonly setting: string } | undefined;
  /** Its batches last for minutes, while rows pass through: nothing is told of one before it is over. */
  readonly isRealTime?: boolean;
}

/** What a job needs and gives back when it is submitted. */
export interface PreparedJob {
  readonly queries: readonly JobQuery[];
  /** Called once all queries run; batches may have come already. */
  begin?(): Promise<void>;
  /** Releases what the job holds in this process: pools, connections. */
  close(): Promise<void>;
}

/** What a job has written down about its work, outside of Spark. */
export interface JobStanding {
  /** By name, without zeros. */
  readonly counts: Readonly<Record<string, number>>;
  /** Lines about what somebody must look after; no patient's data. */
  readonly troubles: readonly string[];
}

/** A job: a name, and how to build its queries. */
export interface Job {
  readonly name: string;
  readonly description: string;
  /** A TypeScript handler works on the batches: the submitting process must stay. */
  readonly attached: boolean;
  /** The names of its queries, known without a server. */
  readonly queryNames: readonly string[];
  /** The directory that makes two submissions the same job; see job-session.ts. */
  identity(environment: Environment): string;
  /** The settings it runs with, secrets masked, for people. */
  describe(environment: Environment): Readonly<Record<string, string>>;
  /** Reads what the job has written down; running or not. */
  standing?(environment: Environment): Promise<JobStanding>;
  /**
   * @throws OperatorError that names the setting which is missing or wrong
   */
  prepare(context: JobContext): Promise<PreparedJob>;
  /** The same job without a handler in the submitting process, for servers that cannot run one. */
  viaTopic?(options: { readonly realTime: boolean }): Job;
}
