import type { ExecutePlanResponse_ExecutionProgress } from '../gen/spark/connect/base_pb.js';

/**
 * How far one stage of an execution has come.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.registerProgressHandler.html
 */
export interface StageProgress {
  /** The stage's number, as in Spark's UI. */
  readonly stageId: bigint;
  /** How many tasks it has. */
  readonly tasks: bigint;
  /** How many of them are done. */
  readonly completedTasks: bigint;
  /** What its tasks have read so far. */
  readonly inputBytes: bigint;
  /** Whether the stage is complete. */
  readonly done: boolean;
}

/**
 * How far an execution has come. The server tells it every other second (`spark.connect.progress.reportInterval`).
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.registerProgressHandler.html
 */
export interface ExecutionProgress {
  /** The execution's id, as `interruptOperation` takes it. */
  readonly operationId: string;
  /** The stages that have begun. */
  readonly stages: readonly StageProgress[];
  /** How many tasks run at this moment. */
  readonly inflightTasks: bigint;
  /** The last word on this execution. */
  readonly done: boolean;
}

/**
 * Is told how far an execution has come.
 *
 * @see https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.SparkSession.registerProgressHandler.html
 */
export type ProgressHandler = (progress: ExecutionProgress) => void;

/** Whoever wants to see the progress of a session's executions. */
export class ProgressHandlers {
  readonly #handlers = new Set<ProgressHandler>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  add(handler: ProgressHandler): void {
    this.#handlers.add(handler);
  }
  remove(handler: ProgressHandler): void {
    this.#handlers.delete(handler);
  }
  clear(): void {
    this.#handlers.clear();
  }

  report(operationId: string, told: ExecutePlanResponse_ExecutionProgress | undefined): void {
    if (this.#handlers.size === 0) return;
    const stages = (told?.stages ?? []).map(({ stageId, numTasks, numCompletedTasks, inputBytesRead, done }) => {
      return { stageId, tasks: numTasks, completedTasks: numCompletedTasks, inputBytes: inputBytesRead, done };
    });
    const inflightTasks = told?.numInflightTasks ?? 0n;
    const progress = Object.freeze({ operationId, stages, inflightTasks, done: told === undefined });
    for (const handler of this.#handlers) {
      try {
        // One that is async must not end the process.
        Promise.resolve(handler(progress)).catch(this.#onError);
      } catch (error) {
        // A display that fails must not fail the query.
        this.#onError(error);
      }
    }
  }
}
