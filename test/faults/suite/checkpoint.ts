import type { Hdfs } from '../../helpers/hdfs.ts';

export type Offsets = ReadonlyMap<number, bigint>;

/** Reads how far a query has come from its checkpoint on HDFS, without troubling Spark. */
export class Checkpoint {
  readonly #hdfs: Hdfs;
  readonly #directory: string;

  constructor(hdfs: Hdfs, directory: string | undefined) {
    if (directory === undefined) throw new Error('the checkpoint has no directory');
    this.#hdfs = hdfs;
    this.#directory = directory;
  }

  /**
   * When the query had committed everything before these offsets.
   *
   * @returns milliseconds since the epoch, or undefined while it has not
   */
  async reachedAt(wanted: Offsets): Promise<number | undefined> {
    const commits = (await this.#hdfs.list(`${this.#directory}/commits`)) ?? [];
    const byNumber = commits
      .filter(({ pathSuffix }) => /^\d+$/.test(pathSuffix))
      .sort((a, b) => Number(b.pathSuffix) - Number(a.pathSuffix));
    let reachedAt: number | undefined;
    for (const { pathSuffix, modificationTime } of byNumber) {
      if (!covers(await this.#offsets(pathSuffix), wanted)) break;
      reachedAt = modificationTime;
    }
    return reachedAt;
  }

  /** `v1`, the batch's own metadata, and one line for each source: `{"topic":{"0":12,"1":7}}`, the offsets after it. */
  async #offsets(batch: string): Promise<Offsets> {
    const text = await this.#hdfs.readText(`${this.#directory}/offsets/${batch}`);
    const line = text.trim().split('\n').at(-1) ?? '';
    const byTopic = JSON.parse(line) as Record<string, Record<string, number>>;
    const partitions = Object.values(byTopic)[0] ?? {};
    return new Map(Object.entries(partitions).map(([partition, offset]) => [Number(partition), BigInt(offset)]));
  }
}

function covers(offsets: Offsets, wanted: Offsets): boolean {
  return [...wanted].every(([partition, offset]) => (offsets.get(partition) ?? 0n) >= offset);
}
