import type { CacheLayout } from './cache.ts';
import type { Progress, TaskProgress } from './progress.ts';
import { buildStamped, isStamped, type StampInputs } from './stamp.ts';

/** What every set-up step is given. */
export interface SetUpContext {
  readonly cache: CacheLayout;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** A folder in the cache that is made once. */
export interface CachedFolder {
  readonly label: string;
  readonly folder: string;
  readonly inputs: StampInputs;
  /** What the first progress line says. */
  readonly doing: string;
  /** False when a finished folder has lost something outside itself that it needs (a base Python, say). */
  readonly stillWorks?: () => boolean;
  build(temporary: string, task: TaskProgress): Promise<void>;
}

/** Makes the folder unless it is there already, with progress lines only in the first case. */
export async function provideFolder(context: SetUpContext, step: CachedFolder): Promise<void> {
  if (isStamped(step.folder, step.inputs) && (step.stillWorks?.() ?? true)) return;
  const task = context.progress.task(step.label, step.doing);
  try {
    await buildStamped(step.folder, step.inputs, (temporary) => step.build(temporary, task));
    task.done('ready');
  } finally {
    task.stop();
  }
}
