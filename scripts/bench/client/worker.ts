import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BenchProcess } from '../child-process.ts';
import { peerProgram } from '../peer-python.ts';

export type Side = 'ours' | 'peer';

/** The columns of every query that is measured: int64, double, string, timestamp. */
const COLUMNS = [
  'id',
  'id * 0.5D AS d',
  "concat('ward ', id % 1000) AS s",
  'timestamp_micros(1700000000000000 + id * 1000003) AS t',
];

const answerSchema = z.object({ ms: z.number() });

/** A client that does one task after the other and tells how long each took. */
export class Worker {
  readonly #process: BenchProcess;
  readonly #failed: Promise<never>;
  #answered: (ms: number) => void = () => {};

  /**
   * @param python PySpark's, for the peer
   * @param remote the server's address
   */
  constructor(side: Side, python: string, remote: string) {
    const [file, program] =
      side === 'ours'
        ? [process.execPath, fileURLToPath(new URL('./ours.mjs', import.meta.url))]
        : [python, peerProgram('client.py')];
    this.#process = new BenchProcess(side === 'ours' ? 'ours.mjs' : 'client.py', file, [program], {
      environment: {
        SPARK_REMOTE: remote,
        BENCH_COLUMNS: JSON.stringify(COLUMNS),
        NODE_OPTIONS: '',
      },
      takesLines: true,
      onLine: (line) => this.#answered(answerSchema.parse(JSON.parse(line)).ms),
    });
    this.#failed = this.#process.failed();
    // It also ends when it is told to.
    this.#failed.catch(() => {});
  }

  /** @returns milliseconds */
  async do(task: string, rows: number, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const answer = new Promise<number>((resolve) => {
      this.#answered = resolve;
    });
    this.#process.send(JSON.stringify({ task, rows }));
    const over = new AbortController();
    const interrupted = once(signal, 'abort', { signal: over.signal }).then(() => {
      throw signal.reason;
    });
    try {
      return await Promise.race([answer, this.#failed, interrupted]);
    } finally {
      interrupted.catch(() => {});
      over.abort();
    }
  }

  /** The largest resident set so far, in MiB. */
  peakMemoryMiB(): number | undefined {
    return this.#process.peakMemoryMiB();
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
