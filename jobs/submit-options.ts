import type { Logger } from '../settings/index.ts';
import type { Health } from './health/health.ts';

/** The command line of submit, as commander reads it. */
export interface SubmitOptions {
  readonly list?: boolean;
  readonly remote?: string;
  readonly cluster?: string;
  readonly application?: string;
  readonly sparkConf: Readonly<Record<string, string>>;
  readonly trigger?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
  readonly replace?: boolean;
  readonly standby?: boolean;
  readonly via?: 'foreachBatch' | 'topic';
  readonly realTime?: boolean;
  readonly olderThan?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly rds?: string;
  readonly healthPort?: number;
  readonly healthMaxBatchAge?: string;
}

/** What surrounds a submission, whichever jobs it is of. */
export interface SubmitSurroundings {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly print: (line: string) => void;
  /** Is told how the queries go. */
  readonly health?: Health;
}
