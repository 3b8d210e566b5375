/** Something that is tried once, by whoever asks first; its outcome answers several checks. */
export class Attempt<T> {
  readonly #act: () => Promise<T>;
  #outcome: Promise<T> | undefined;

  constructor(act: () => Promise<T>) {
    this.#act = act;
  }

  get(): Promise<T> {
    this.#outcome ??= this.#act();
    return this.#outcome;
  }

  /** Why it failed; undefined where it did not. */
  async failure(): Promise<unknown> {
    return this.get().then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** Lets go of what has come of it; does not try it for that. */
  async release(close: (outcome: T) => unknown): Promise<void> {
    const outcome = await this.#outcome?.catch(() => undefined);
    if (outcome !== undefined) await close(outcome);
  }
}
