import type { Episode } from '../alerts/episodes.ts';
import type { JudgedReading } from './judged-reading.ts';

/**
 * Knows which readings may have to be told of at once: those out of limits, those of patients with an episode, and those that
 * Spark has judged by other limits. All others change nothing but how far the topic is applied, and who was there.
 */
export class Attention {
  #limits: string | undefined;
  #watched: ReadonlySet<number> = new Set();

  isUrgent(readings: readonly JudgedReading[]): boolean {
    return readings.some((one) => isFinding(one, this.#limits) || this.#watched.has(one.customerId));
  }

  /**
   * Takes note of what a batch is judged by, right before it is.
   *
   * @param limits names those in force
   * @param episodes what is pending or open before
   */
  look(readings: readonly JudgedReading[], limits: string, episodes: readonly Episode[]): void {
    this.#limits = limits;
    // Of who begins here an episode may be open afterwards.
    const found = readings.filter((one) => isFinding(one, limits));
    this.#watched = new Set([...episodes, ...found].map(({ customerId }) => customerId));
  }
}

function isFinding({ out, limits }: JudgedReading, inForce: string | undefined): boolean {
  return out.length > 0 || limits !== inForce;
}
