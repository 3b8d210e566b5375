// The stack as other scripts use it: up, down, and whether one is up.
import { readStackState } from '../../settings/index.ts';
import { acquireLock } from '../process-lock.mjs';
import { setUpGeneratedCode } from '../setup/index.ts';
import type { Progress } from '../setup/progress.ts';
import { downDocker, upDocker } from './docker.ts';
import { downNative, removeIfEmpty, wipe } from './down.ts';
import { stackLayout } from './layout.ts';
import { type StackMode, stackMode } from './mode.ts';
import { endService, startService } from './one-service.ts';
import { isAlive } from './process.ts';
import { makeStackFolder } from './stack-folder.ts';
import { StateFile } from './state-file.ts';
import { type UpOptions, upNative } from './up.ts';

export { provideClassArchives } from './class-archive.ts';

export interface DownOptions {
  readonly wipe: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Starts what is missing and waits until every service answers. Addresses are in the state file afterwards.
 *
 * @throws StackError naming the service and showing the end of its log; what this call started is stopped then
 */
export async function stackUp(options: UpOptions): Promise<void> {
  const up: Record<StackMode, () => Promise<void>> = {
    native: () => upNative(options),
    docker: () => upDocker(options),
    // Loaded late: it needs the code that set-up generates.
    external: async () => {
      await setUpGeneratedCode(options);
      const { upExternal } = await import('./external.ts');
      await upExternal(options.progress, options.signal);
    },
  };
  await withLock(options.progress, options.signal, up[chosenStackMode()]);
}

/** Stops everything and waits until it is gone. Resolves to the number of services that ran. */
export async function stackDown(options: DownOptions): Promise<number> {
  const layout = stackLayout();
  const { wipe: wipes, progress, signal } = options;
  const down: Record<StackMode, () => Promise<number>> = {
    native: () => downNative(layout, progress),
    docker: () => downDocker(layout, wipes, signal),
    // Nothing of it is ours to stop.
    external: async () => {
      StateFile.open(layout, 'external').remove();
      return 0;
    },
  };
  const stopped = await withLock(progress, signal, async () => {
    const count = await down[stackMode(layout)]();
    if (wipes) await wipe(layout);
    return count;
  });
  removeIfEmpty(layout);
  return stopped;
}

/** Ends one service of the native stack and starts it again. @throws StackError naming the services that there are */
export async function restartService(
  name: string,
  how: 'SIGKILL' | 'SIGTERM',
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<void> {
  await withLock(progress, signal, async () => {
    await endService(name, how);
    await startService(name, { progress, signal });
  });
}

/** True when a service of the stack runs, or the stack is not ours to start. */
export function isStackUp(): boolean {
  const state = readStackState();
  return state !== undefined && (state.mode !== 'native' || Object.values(state.services).some(isAlive));
}

/** Native, docker or external. */
export function chosenStackMode(): StackMode {
  return stackMode(stackLayout());
}

async function withLock<Result>(
  progress: Progress,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const layout = stackLayout();
  makeStackFolder(layout.root);
  const release = await acquireLock(layout.lock, {
    onWait: (pid) => progress.line('stack', `another command (pid ${pid}) is changing the stack: waiting for it`),
    ...(signal && { signal }),
  });
  try {
    return await work();
  } finally {
    release();
  }
}
