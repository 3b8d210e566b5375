export * from './contract/index.ts';
export { MemoryPosition, type Position } from './position.ts';
export { type PumpOptions, type PumpResult, pump } from './pump.ts';
export { Sink } from './sink.ts';
export { Source, type SourceOptions } from './source.ts';
