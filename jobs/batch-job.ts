import type { SparkSession } from '@instant-health/spark-connect';
import type { Environment } from '../settings/index.ts';

/** What submit passes to a batch job; all of it has been checked. */
export interface BatchContext {
  readonly spark: SparkSession;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** `--dry-run`: tells what it would do, and changes nothing. */
  readonly isDryRun: boolean;
  /** `--older-than`: data that ended at least so many days ago shall go. */
  readonly olderThanDays: number | undefined;
  /** `--yes`: deletes what it otherwise only names. */
  readonly isConfirmed: boolean;
  /** What goes on now; shown with the time that it takes. */
  readonly progress: (text: string) => void;
  /** A result: a line for people, and the same for machines. */
  readonly report: (line: string, data: Readonly<Record<string, unknown>>) => void;
}

/** A job without queries, which ends by itself. */
export interface BatchJob {
  readonly name: string;
  readonly description: string;
  /** The directory that makes two submissions the same job; see job-session.ts. */
  identity(environment: Environment): string;
  /** The settings it runs with, for people. */
  describe(environment: Environment): Readonly<Record<string, string>>;
  /**
   * Does the work; may be killed at any moment and be run again.
   * @throws OperatorError that names what is wrong
   */
  run(context: BatchContext): Promise<void>;
}
