import { pause } from '../../client/retry-policy.ts';

/** A rest that can be cut short. Whoever is woken before he rests does not rest at all, so that no wake-up is missed. */
export class WakeUp {
  #rung = new AbortController();

  ring(): void {
    this.#rung.abort();
  }

  /** Until it rings, but no longer than so many milliseconds. Rejects with the reason of `end` when that is aborted. */
  async wait(limitMs: number, end: AbortSignal): Promise<void> {
    const rung = this.#rung.signal;
    try {
      await pause(limitMs, end, rung);
    } catch (error) {
      if (!rung.aborted || end.aborted) throw error;
    }
    this.#rung = new AbortController();
  }
}
