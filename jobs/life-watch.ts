import { type OtherMarks, SILENT_AFTER_MS } from './driver-mark.ts';

/** Silence counts for so long at most between two looks: while nobody looked, nobody could be heard. */
const LONGEST_GAP_MS = 1_000;

/**
 * Tells from repeated looks at the marks of other processes which of them live. Pure: time is given with each look. A mark is
 * silent when it has not changed over five seconds of looking. That the server or this process stood still is no silence of
 * the others.
 */
export class LifeWatch {
  readonly #silentMs = new Map<string, { value: string; ms: number }>();
  #lookedAtMs: number | undefined;

  /**
   * Takes a look into account.
   *
   * @param nowMs of any clock that does not go back, milliseconds
   * @returns the marks of those who live
   */
  look(marks: OtherMarks, nowMs: number): OtherMarks {
    const gapMs = Math.min(nowMs - (this.#lookedAtMs ?? nowMs), LONGEST_GAP_MS);
    this.#lookedAtMs = nowMs;
    for (const id of this.#silentMs.keys()) if (!marks.has(id)) this.#silentMs.delete(id);
    for (const [id, { value }] of marks) {
      const before = this.#silentMs.get(id);
      this.#silentMs.set(id, { value, ms: before?.value === value ? before.ms + gapMs : 0 });
    }
    return new Map([...marks].filter(([id]) => (this.#silentMs.get(id)?.ms ?? 0) < SILENT_AFTER_MS));
  }
}
