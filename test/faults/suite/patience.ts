import { setTimeout as delay } from 'node:timers/promises';

/** Does it again until it does not fail, while the thing that it needs is away. */
export async function insist<Result>(
  act: () => Promise<Result>,
  { signal, everyMs = 250 }: { signal: AbortSignal; everyMs?: number },
): Promise<Result> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await act();
    } catch {
      await delay(everyMs, undefined, { signal });
    }
  }
}

/** Asks until the answer is something; resolves to undefined after the limit. What fails is asked again. */
export async function waitFor<Result>(
  ask: () => Promise<Result | undefined | false>,
  { signal, limitMs, everyMs = 250 }: { signal: AbortSignal; limitMs: number; everyMs?: number },
): Promise<Result | undefined> {
  for (const limit = performance.now() + limitMs; performance.now() < limit; ) {
    signal.throwIfAborted();
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && answer !== false) return answer;
    await delay(everyMs, undefined, { signal });
  }
  return undefined;
}

/** Waits for an event, no longer than that; fails only where the signal does. */
export async function atMost(
  limitMs: number,
  signal: AbortSignal,
  event: (limit: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const limit = new AbortController();
  const end = () => limit.abort(signal.reason);
  const timer = setTimeout(end, limitMs);
  signal.addEventListener('abort', end);
  try {
    await event(limit.signal);
  } catch {
    signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
