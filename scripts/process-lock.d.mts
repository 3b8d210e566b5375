/** When a process started, in clock ticks since boot; undefined when there is no such process. */
export function startTicksOf(pid: number): string | undefined;

/** Takes the lock at `path`, waiting while its owner lives; resolves to the function that releases it. */
export function acquireLock(
  path: string,
  options?: { onWait?: (ownerPid: number) => void; signal?: AbortSignal },
): Promise<() => void>;
