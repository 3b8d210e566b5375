import { existsSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../setup/progress.ts';
import type { StackLayout } from './layout.ts';
import { markedProcesses, stopProcesses } from './process.ts';
import { stopServices } from './start-service.ts';
import { StateFile } from './state-file.ts';

const STOP_LIMIT_MS = 10_000;

/**
 * Stops every process of the native stack, also those that a killed `up` did not write down. The caller holds the lock.
 *
 * @returns how many services ran
 */
export async function downNative(layout: StackLayout, progress: Progress): Promise<number> {
  const state = StateFile.open(layout, 'native');
  const names = Object.keys(state.current.services);
  if (names.length > 0) {
    const task = progress.task('stack', `stopping ${names.join(', ')}`);
    try {
      await stopServices(state, layout.root, names);
      task.done('stopped');
    } finally {
      task.stop();
    }
  }
  const stray = markedProcesses(layout.root);
  if (stray.length > 0) {
    progress.line(
      'stack',
      `stopping ${stray.length} processes that are in no list: ${stray.map(({ pid }) => pid).join(', ')}`,
    );
    await stopProcesses(stray, STOP_LIMIT_MS);
  }
  state.remove();
  return names.length + stray.length;
}

/** Removes data, logs, passwords and remembered ports; never anything else that is in the folder. */
export async function wipe(layout: StackLayout): Promise<void> {
  for (const path of [
    join(layout.root, 'data'),
    join(layout.root, 'logs'),
    layout.ports,
    layout.secrets,
    layout.state,
  ]) {
    await rm(path, { recursive: true, force: true });
  }
}

/** Removes the stack's folder when nothing is left in it. */
export function removeIfEmpty(layout: StackLayout): void {
  if (!existsSync(layout.root)) return;
  try {
    rmdirSync(layout.root);
  } catch {
    // Something that is not ours is in it.
  }
}
