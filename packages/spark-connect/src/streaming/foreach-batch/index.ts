export type { ForeachBatchOptions } from './options.ts';
export { functionExpression, pickleOfExpression } from './pickle.ts';
export { withServerPython } from './python-version.ts';
export { startForeachBatch } from './start-foreach-batch.ts';
