/** Streaming over Spark Connect: starting queries, watching them, and foreachBatch handled by the client. */
export type { ForeachBatchOptions } from './foreach-batch/index.ts';
export { functionExpression, pickleOfExpression, startForeachBatch, withServerPython } from './foreach-batch/index.ts';
export type { SinkProgress, SourceProgress, StreamingQueryProgress } from './progress.ts';
export type { OutputMode, StreamSpecification } from './start-stream.ts';
export { startStream } from './start-stream.ts';
export type { StopOptions, StreamingQueryStatus } from './streaming-query.ts';
export { StreamingQuery } from './streaming-query.ts';
export { StreamingQueryManager } from './streaming-query-manager.ts';
export type { Trigger } from './trigger.ts';
