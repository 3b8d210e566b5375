import { codeOf, type Environment, type Logger, messageOf } from '../../settings/index.ts';
import { isMarked } from '../driver-mark.ts';
import { withKnownJobs } from '../known-jobs.ts';
import { type OpenTarget, openTarget } from './open-target.ts';
import type { SparkServer } from './spark-server.ts';
import type { Target } from './target.ts';

interface WorkOptions {
  readonly environment: Environment;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** The queries stay when the work is done (`--detach`), and so must the session. */
  readonly keepsSession: boolean;
}

/**
 * Opens a target, works on it, and lets go of it. A session that is lost meanwhile is replaced by a new one, once: the work
 * starts again there, and queries go on from their checkpoints. In the end EMR's session is ended, unless it shall stay or
 * other processes have jobs on it.
 *
 * @throws what the work throws
 */
export async function onTarget(
  target: Target,
  options: WorkOptions,
  work: (server: SparkServer) => Promise<void>,
): Promise<void> {
  const { log, signal } = options;
  for (let replaced = false; ; replaced = true) {
    const open = await openTarget(target, options);
    let isLost = false;
    let isDone = false;
    let isUnreachable = false;
    try {
      await work(open.server);
      isDone = true;
      return;
    } catch (error) {
      isUnreachable = codeOf(error) === 'SPARK_UNREACHABLE';
      isLost = !replaced && !signal.aborted && (await open.hasLost(error));
      if (!isLost) throw error;
      log.warn(`the session was lost (${messageOf(error)}); opening another one, queries go on from their checkpoints`);
    } finally {
      const keepsSession =
        isLost ||
        (isDone && options.keepsSession) ||
        (isUnreachable ? isOfOthers(open) : await isShared(open, options));
      await open.close({ keepsSession });
    }
  }
}

/** Whether other processes, or detached queries, use EMR's session behind a target. */
export async function isShared(
  { server, session }: OpenTarget,
  { environment, log }: Pick<WorkOptions, 'environment' | 'log'>,
): Promise<boolean> {
  if (session === undefined) return false;
  try {
    return await withKnownJobs({ environment, server, log }, async (jobs) => {
      for (const { spark, queries } of jobs) if (queries.length > 0 || (await isMarked(spark))) return true;
      return false;
    });
  } catch (error) {
    log.debug({ err: error }, 'nobody can say whether the session is used by others');
    return isOfOthers({ session });
  }
}

/** What somebody else has started is theirs to end. */
function isOfOthers({ session }: Pick<OpenTarget, 'session'>): boolean {
  return session?.wasStarted === false;
}
