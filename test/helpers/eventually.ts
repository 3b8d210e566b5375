import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until something is there; for what lives in other processes and announces nothing. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false>,
  what: string,
  { limitMs = 120_000, everyMs = 100 } = {},
): Promise<T> {
  for (const limit = performance.now() + limitMs; ; ) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > limit) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(everyMs);
  }
}
