// A lock between processes as a file that names its owner. Plain JavaScript without dependencies, because run.mjs
// needs it before node_modules exists.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * When a process started, in clock ticks since boot, as /proc/<pid>/stat gives it (proc(5), field 22). Together with
 * the pid it names one process for good: the kernel reuses pids. Undefined when there is no such process, or only
 * its zombie; outside Linux '0' for every process that can be signalled.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTicksOf(pid) {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0);
      return '0';
    } catch (error) {
      return error.code === 'EPERM' ? '0' : undefined;
    }
  }
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/**
 * Takes the lock, waiting for another owner as long as that one lives; a dead owner's lock is taken over.
 *
 * @param {string} path the lock's file
 * @param {{ onWait?: (ownerPid: number) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<() => void>} releases the lock
 */
export async function acquireLock(path, { onWait, signal } = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const claim = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const owner = `${process.pid} ${startTicksOf(process.pid)}`;
  writeFileSync(claim, owner);
  try {
    let told = false;
    while (!tryLink(claim, path)) {
      const holder = readOwner(path);
      if (holder === undefined) continue;
      const [pid, ticks] = holder.split(' ');
      if (startTicksOf(Number(pid)) !== ticks) {
        removeStale(path, holder, claim);
        continue;
      }
      if (!told) onWait?.(Number(pid));
      told = true;
      await delay(POLL_MS, undefined, { signal });
    }
  } finally {
    unlinkSync(claim);
  }
  return () => {
    if (readOwner(path) === owner) rmSync(path, { force: true });
  };
}

/** link(2) is the one step that fails when the name exists: the file appears whole or not at all. */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a dead owner's lock away; puts it back when another process took the lock in between. */
function removeStale(path, judged, claim) {
  const aside = `${claim}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readOwner(aside) !== judged) tryLink(aside, path);
  unlinkSync(aside);
}
