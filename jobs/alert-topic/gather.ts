interface Handed<Item> {
  readonly items: readonly Item[];
  readonly isUrgent: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does one thing after the other with what several hand in, in that order: what comes while it is busy is done together
 * afterwards. So many small batches become one transaction when they come quickly. What is urgent waits for nothing else,
 * and takes along what is not; that waits for a moment, for more of its kind.
 */
export class Gather<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  readonly #lingerMs: number;
  #waiting: Handed<Item>[] = [];
  #size = 0;
  #isWorking = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param lingerMs so long waits what is not urgent, in milliseconds */
  constructor(work: (items: readonly Item[]) => Promise<void>, lingerMs: number) {
    this.#work = work;
    this.#lingerMs = lingerMs;
  }

  /** Items that wait. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the work that has these items in it is done; rejects when it fails. */
  add(items: readonly Item[], isUrgent: boolean): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ items, isUrgent, resolve, reject }));
    this.#size += items.length;
    if (!this.#isWorking) this.#schedule();
    return done;
  }

  /** Does what waits now. */
  async drain(): Promise<void> {
    await this.add([], true);
  }

  #schedule(): void {
    if (this.#waiting.some(({ isUrgent }) => isUrgent)) void this.#run();
    else if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => void this.#run(), this.#lingerMs);
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWorking) return;
    this.#isWorking = true;
    // Those that are handed in at the same moment go together.
    await new Promise(setImmediate);
    const handed = this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    const items = handed.flatMap((one) => one.items);
    try {
      if (items.length > 0) await this.#work(items);
      for (const { resolve } of handed) resolve();
    } catch (error) {
      for (const { reject } of handed) reject(error);
    }
    this.#isWorking = false;
    this.#schedule();
  }
}
