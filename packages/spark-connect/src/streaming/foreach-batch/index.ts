export type { ForeachBatchOptions } from './options.ts';
export { startForeachBatch } from './start-foreach-batch.ts';
