interface Handed<Item> {
  readonly items: readonly Item[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does one thing after the other with what several hand in: what comes while it is busy is done together afterwards. So many
 * small batches become one transaction when they come quickly, and none waits when they do not.
 */
export class Gather<Item> {
  readonly #work: (items: readonly Item[]) => Promise<void>;
  #waiting: Handed<Item>[] = [];
  #isWorking = false;

  constructor(work: (items: readonly Item[]) => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when the work that has these items in it is done; rejects when it fails. */
  add(items: readonly Item[]): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ items, resolve, reject }));
    if (!this.#isWorking) void this.#run();
    return done;
  }

  async #run(): Promise<void> {
    this.#isWorking = true;
    // Those that are handed in at the same moment go together.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const handed = this.#waiting;
      this.#waiting = [];
      try {
        await this.#work(handed.flatMap(({ items }) => items));
        for (const { resolve } of handed) resolve();
      } catch (error) {
        for (const { reject } of handed) reject(error);
      }
    }
    this.#isWorking = false;
  }
}
