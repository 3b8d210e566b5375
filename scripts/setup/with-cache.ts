import { join } from 'node:path';
import { acquireLock } from '../process-lock.mjs';
import { cacheLayout } from './cache.ts';
import type { SetUpContext } from './context.ts';
import { lineProgress, type Progress } from './progress.ts';

export interface CacheUse {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** Works on the cache while nobody else sets anything up in it. */
export async function withCache<Result>(
  { progress = lineProgress(), signal }: CacheUse,
  work: (context: SetUpContext) => Promise<Result>,
): Promise<Result> {
  const cache = cacheLayout();
  const release = await acquireLock(join(cache.root, 'set-up.lock'), {
    onWait: (pid) => progress.line('set-up', `another set-up (pid ${pid}) is running: waiting for it`),
    ...(signal && { signal }),
  });
  try {
    return await work({ cache, progress, signal });
  } finally {
    release();
  }
}
