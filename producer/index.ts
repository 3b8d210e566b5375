export * from './contract/index.ts';
export { decodePosition, type SourcePosition, START_POSITION } from './position.ts';
export { positionTopic } from './position-topic.ts';
export { type PumpOptions, type PumpResult, pump } from './pump.ts';
export { readCommitted } from './read-committed.ts';
export { OrderedRowFeed } from './row-feed.ts';
export { PlainSink, type Sink } from './sink.ts';
export { Source, type SourceOptions } from './source.ts';
export { TransactionalSink } from './transactional-sink.ts';
