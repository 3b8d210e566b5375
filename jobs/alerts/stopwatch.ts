/** Where the time of one batch goes: each step's milliseconds under its name. */
export class Stopwatch {
  readonly laps: Record<string, number> = {};

  async time<T>(name: string, step: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await step;
    } finally {
      this.laps[name] = Math.round((performance.now() - started) * 10) / 10;
    }
  }
}
