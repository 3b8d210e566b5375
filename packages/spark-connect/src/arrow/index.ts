export { BatchDecoder } from './batch-decoder.ts';
export type { ColumnVector } from './column-vector.ts';
export { encodeRows, type InputRow } from './encode-rows.ts';
export { inferSchema } from './infer-schema.ts';
export { type Row, rowValues } from './row.ts';
export { RowBatch } from './row-batch.ts';
export { decodeTable, encodeTable, isArrowTable, tablesOfBatches } from './table.ts';
export { isToldByArrow } from './told-by-arrow.ts';
