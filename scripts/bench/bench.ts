import type { Progress } from '../setup/progress.ts';
import type { Table } from './table.ts';

/** What every benchmark is given. */
export interface BenchContext {
  /** Repetitions of each side; undefined for the benchmark's own number. */
  readonly runs: number | undefined;
  /** Measured seconds of each repetition; undefined for the benchmark's own. */
  readonly seconds: number | undefined;
  /** Seconds before those, which do not count; undefined for the benchmark's own. */
  readonly warmUpSeconds: number | undefined;
  /** Whether to run the other side too where that takes as long again. */
  readonly peer: boolean;
  /** The alerts in real time, on Spark 4.2, instead of in batches. */
  readonly realTime: boolean;
  readonly rows: number;
  readonly cold: boolean;
  /** Only these parts of a benchmark that has parts; all where it names none. */
  readonly parts: readonly string[];
  /** `key=value` settings of our jobs' session. */
  readonly sparkConf: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What a benchmark found out: for people and for machines. */
export interface BenchResult {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** Everything that was measured, for the JSON file. */
  readonly figures: unknown;
}

/** A figure that was promised. */
export interface Target {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Benchmark {
  readonly name: string;
  readonly description: string;
  run(context: BenchContext): Promise<BenchResult>;
}
